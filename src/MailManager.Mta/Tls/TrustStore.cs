using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailManager.Mta.Tls;

/// <summary>
/// Whose certificates an ingress point of type MTLS accepts. Everything is decided at each handshake by the time it is then: an authority or a
/// revocation list that expires while the process runs stops to count. Never uses the network. Immutable, thread-safe.
/// </summary>
internal sealed class TrustStore(ImmutableArray<TrustedAuthority> authorities, bool ignoreExpiredLists, TimeProvider time)
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>Beyond so many the list of names would make the handshake long; clients then choose by themselves.</summary>
    private const int MaxAnnounced = 64;

    /// <summary>What lies outside of the chain as far as the authority: whether that one is known is decided here, not by the chain engine.</summary>
    private const X509ChainStatusFlags Anchoring = X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot;

    private static readonly TimeSpan AuthorityNotice = TimeSpan.FromDays(21);
    private static readonly TimeSpan ListNotice = TimeSpan.FromDays(2);

    /// <summary>A policy that trusts no root by itself, and asks nobody.</summary>
    public static X509ChainPolicy CreatePolicy() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
    };

    /// <summary>The names of the authorities, by which a client with several certificates chooses (RFC 8446 §4.2.4); null: too many.</summary>
    public SslCertificateTrust? CreateHandshakeTrust() => authorities.Length > MaxAnnounced
        ? null
        : SslCertificateTrust.CreateForX509Collection([.. authorities.Select(authority => authority.Certificate)], sendTrustInHandshake: true);

    /// <summary>Null: the client is welcome. Otherwise why not, for the log.</summary>
    /// <param name="client">The private key was proved by the handshake.</param>
    /// <param name="sent">The other certificates that the client sent, trusted in no way.</param>
    public string? Check(X509Certificate2 client, X509Certificate2Collection? sent)
    {
        ClientCertificateReader.Read(client, out var problem);
        if (problem is not null)
        {
            return problem;
        }

        var now = time.GetUtcNow();
        using var chain = new X509Chain { ChainPolicy = CreatePolicy() };
        chain.ChainPolicy.VerificationTime = now.LocalDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities.Where(authority => authority.IsValidAt(now)).Select(authority => authority.Certificate).ToArray());
        if (sent is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(sent);
        }

        try
        {
            chain.Build(client);
            return Check([.. chain.ChainElements], now);
        }
        catch (CryptographicException fault)
        {
            return $"its chain cannot be checked: {fault.Message}";
        }
        finally
        {
            foreach (var element in chain.ChainElements)
            {
                element.Certificate.Dispose();
            }
        }
    }

    /// <summary>What the operator should know: what has expired, and what will soon.</summary>
    public IEnumerable<string> Notices()
    {
        var now = time.GetUtcNow();
        foreach (var authority in authorities)
        {
            if (!authority.IsValidAt(now))
            {
                yield return $"CA '{authority.Name}' is valid from {authority.Certificate.NotBefore:u} to {authority.Certificate.NotAfter:u} and does not count now";
            }
            else if (authority.Certificate.NotAfter - now.LocalDateTime < AuthorityNotice)
            {
                yield return $"CA '{authority.Name}' expires at {authority.Certificate.NotAfter:u}";
            }

            if (authority.HasExpiredList(now))
            {
                yield return $"the CRL of CA '{authority.Name}' has expired at {authority.Revocations!.NextUpdate:u}, so that "
                    + (ignoreExpiredLists ? "what has been revoked since is not known" : "its certificates are refused");
            }
            else if (authority.Revocations is { } list && list.NextUpdate - now < ListNotice)
            {
                yield return $"the CRL of CA '{authority.Name}' expires at {list.NextUpdate:u}";
            }
        }
    }

    private string? Check(X509ChainElement[] chain, DateTimeOffset now)
    {
        // The client's own certificate is no authority, even if the store holds it.
        var anchor = Array.FindIndex(chain, 1, element => authorities.Any(authority => authority.IsValidAt(now) && authority.Certificate.Equals(element.Certificate)));
        for (var i = 0; i < chain.Length && (anchor < 0 || i <= anchor); i++)
        {
            if (Describe(chain[i], i == 0 ? "it" : $"its issuer '{chain[i].Certificate.Subject}'") is { } problem)
            {
                return problem;
            }
        }

        if (anchor < 0)
        {
            return DescribeUnknown(chain, now);
        }

        for (var i = 0; i + 1 < chain.Length; i++)
        {
            if (authorities.FirstOrDefault(authority => authority.Revocations is not null && authority.IsIssuer(chain[i + 1].Certificate)) is not { } issuer)
            {
                continue;
            }

            if (!ignoreExpiredLists && i < anchor && issuer.HasExpiredList(now))
            {
                return $"the CRL of its CA '{issuer.Name}' has expired at {issuer.Revocations!.NextUpdate:u}";
            }

            // What an expired list names stays revoked: certificates do not become good again (RFC 5280 §5.3.1 but for "hold").
            if (issuer.Revocations!.Contains(chain[i].Certificate.SerialNumberBytes.Span))
            {
                return i == 0 ? "it is revoked" : $"its issuer '{chain[i].Certificate.Subject}' is revoked";
            }
        }

        return null;
    }

    private string DescribeUnknown(X509ChainElement[] chain, DateTimeOffset now)
    {
        var last = chain[^1].Certificate;
        var issuer = last.IssuerName.RawData;
        if (authorities.FirstOrDefault(authority => !authority.IsValidAt(now) && authority.Certificate.SubjectName.RawData.AsSpan().SequenceEqual(issuer)) is { } expired)
        {
            return $"its CA '{expired.Name}' has expired at {expired.Certificate.NotAfter:u}";
        }

        return chain.Length == 1 && last.SubjectName.RawData.AsSpan().SequenceEqual(issuer)
            ? "it is self-signed"
            : $"its CA '{last.Issuer}' is not in the trust store, or an intermediate certificate is missing";
    }

    private static string? Describe(X509ChainElement element, string name)
    {
        var flags = element.ChainElementStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status) & ~Anchoring;
        var certificate = element.Certificate;
        return flags switch
        {
            X509ChainStatusFlags.NoError => null,
            _ when flags.HasFlag(X509ChainStatusFlags.NotSignatureValid) => $"{name} has a wrong signature",
            _ when flags.HasFlag(X509ChainStatusFlags.NotTimeValid) => $"{name} is valid from {certificate.NotBefore:u} to {certificate.NotAfter:u} only",
            _ when flags.HasFlag(X509ChainStatusFlags.NotValidForUsage) => $"{name} is not meant for client authentication (extended key usage)",
            _ => $"{name} fails with {flags}",
        };
    }
}
