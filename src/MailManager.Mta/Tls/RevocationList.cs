using System.Collections.Frozen;
using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace MailManager.Mta.Tls;

/// <summary>A certificate revocation list (RFC 5280 §5), parsed; its signature is not checked here. Immutable.</summary>
internal sealed class RevocationList
{
    private static readonly Asn1Tag ExtensionsTag = new(TagClass.ContextSpecific, 0, isConstructed: true);

    private readonly FrozenSet<string> _serialNumbers;

    private RevocationList(X500DistinguishedName issuer, DateTimeOffset nextUpdate, FrozenSet<string> serialNumbers, SignedContent signed)
    {
        Issuer = issuer;
        NextUpdate = nextUpdate;
        _serialNumbers = serialNumbers;
        Signed = signed;
    }

    public X500DistinguishedName Issuer { get; }

    /// <summary>The list has expired after it.</summary>
    public DateTimeOffset NextUpdate { get; }

    public int Count => _serialNumbers.Count;

    public SignedContent Signed { get; }

    /// <summary>Whether the issuer's certificate with this serial number, big endian, is revoked.</summary>
    public bool Contains(ReadOnlySpan<byte> serialNumber) => _serialNumbers.Contains(Key(serialNumber));

    /// <summary>
    /// Reads a list. Lists that are not complete for their issuer (delta, indirect, by reason or by kind of certificate) say so by critical extensions;
    /// these, as all critical ones (§5.2), are errors. Never throws for the octets.
    /// </summary>
    public static bool TryRead(ReadOnlyMemory<byte> der, out RevocationList? list, out string? error)
    {
        try
        {
            list = Read(der);
            error = null;
            return true;
        }
        catch (Exception fault) when (fault is AsnContentException or System.Security.Cryptography.CryptographicException)
        {
            list = null;
            error = fault.Message;
            return false;
        }
    }

    private static RevocationList Read(ReadOnlyMemory<byte> der)
    {
        var file = new AsnReader(der, AsnEncodingRules.DER);
        var outer = file.ReadSequence();
        file.ThrowIfNotEmpty();
        var content = outer.PeekEncodedValue();
        var body = outer.ReadSequence();
        var algorithm = outer.ReadEncodedValue();
        var signature = outer.ReadBitString(out var unusedBits);
        outer.ThrowIfNotEmpty();
        if (unusedBits != 0)
        {
            throw new AsnContentException("the signature is no whole number of octets");
        }

        if (body.PeekTag().HasSameClassAndValue(Asn1Tag.Integer))
        {
            body.ReadInteger();
        }

        if (!body.ReadEncodedValue().Span.SequenceEqual(algorithm.Span))
        {
            throw new AsnContentException("it names two different signature algorithms");
        }

        var issuer = new X500DistinguishedName(body.ReadEncodedValue().Span);
        ReadTime(body);
        if (!body.HasData || !IsTime(body.PeekTag()))
        {
            throw new AsnContentException("it has no nextUpdate, which RFC 5280 asks for");
        }

        var nextUpdate = ReadTime(body);
        var serialNumbers = body.HasData && body.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence) ? ReadEntries(body.ReadSequence()) : FrozenSet<string>.Empty;
        if (body.HasData)
        {
            var extensions = body.ReadSequence(ExtensionsTag);
            RefuseCritical(extensions.ReadSequence());
            extensions.ThrowIfNotEmpty();
        }

        body.ThrowIfNotEmpty();
        return new RevocationList(issuer, nextUpdate, serialNumbers, new SignedContent(content, algorithm, signature));
    }

    private static FrozenSet<string> ReadEntries(AsnReader entries)
    {
        var serialNumbers = new List<string>();
        while (entries.HasData)
        {
            var entry = entries.ReadSequence();
            serialNumbers.Add(Key(entry.ReadIntegerBytes().Span));
            ReadTime(entry);
            if (entry.HasData)
            {
                RefuseCritical(entry.ReadSequence());
            }

            entry.ThrowIfNotEmpty();
        }

        return serialNumbers.ToFrozenSet(StringComparer.Ordinal);
    }

    private static void RefuseCritical(AsnReader extensions)
    {
        while (extensions.HasData)
        {
            var extension = extensions.ReadSequence();
            var oid = extension.ReadObjectIdentifier();
            var isCritical = extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean();
            extension.ReadOctetString();
            extension.ThrowIfNotEmpty();
            if (isCritical)
            {
                throw new AsnContentException($"its critical extension {oid} is not supported; only complete lists of the CA itself are");
            }
        }
    }

    private static bool IsTime(Asn1Tag tag) => tag.HasSameClassAndValue(Asn1Tag.UtcTime) || tag.HasSameClassAndValue(Asn1Tag.GeneralizedTime);

    private static DateTimeOffset ReadTime(AsnReader reader) =>
        reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();

    /// <summary>Without leading zeros, which encodings differ in.</summary>
    private static string Key(ReadOnlySpan<byte> serialNumber) => Convert.ToHexString(serialNumber.TrimStart((byte)0));
}
