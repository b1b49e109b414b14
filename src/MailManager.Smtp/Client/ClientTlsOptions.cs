using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MailManager.Smtp.Tls;

namespace MailManager.Smtp.Client;

/// <summary>What a handshake asks for, by <see cref="SmtpClientTls"/>; and, afterwards, why the certificate was refused. For one handshake.</summary>
internal sealed class ClientTlsOptions(SmtpClientSettings settings)
{
    /// <summary>In words of the check that the settings name; null: that did not refuse.</summary>
    public string? Refusal { get; private set; }

    public SslClientAuthenticationOptions Create()
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = settings.TlsServerName ?? settings.ServerName,
            EnabledSslProtocols = settings.NeedsTls13 ? SslProtocols.Tls13 : TlsDuplexPipe.AllowedProtocols,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            AllowRenegotiation = false,
            ClientCertificateContext = settings.ClientCertificate,
        };
        if (settings.Tls is SmtpClientTls.Opportunistic or SmtpClientTls.Encrypted)
        {
            // RFC 7435: encryption without authentication still defeats the passive listener.
#pragma warning disable CA5359 // Accepting any certificate is what these two mean; REQUIRED checks.
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (settings.CertificateCheck is { } check)
        {
            options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                (Refusal = check.Refuse(certificate as X509Certificate2, chain, errors)) is null;
        }

        if (settings.TrustedRoots is { } roots)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        }

        if (settings.Observer is { } observer)
        {
            var decide = options.RemoteCertificateValidationCallback;
            options.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
            {
                var isAccepted = decide?.Invoke(sender, certificate, chain, errors) ?? errors == SslPolicyErrors.None;
                observer.CertificateSeen(certificate as X509Certificate2, errors, isAccepted);
                return isAccepted;
            };
        }

        if (settings.CertificateSeen is { } seen)
        {
            var decide = options.RemoteCertificateValidationCallback;
            options.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
            {
                seen(chain, errors);
                return decide?.Invoke(sender, certificate, chain, errors) ?? errors == SslPolicyErrors.None;
            };
        }

        return options;
    }
}
