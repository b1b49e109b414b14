using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailManager.Messages.Envelope;

namespace MailManager.Mta.Tls;

/// <summary>From a client's certificate to the attributes that rules compare.</summary>
internal static class ClientCertificateReader
{
    private const string CommonName = "2.5.4.3";
    private const string SubjectAlternativeName = "2.5.29.17";

    /// <summary>
    /// Reads what can be read; never throws for a certificate. Values with control characters (such as NUL, which other programs take for an end)
    /// are left out.
    /// </summary>
    /// <param name="certificate">The client's.</param>
    /// <param name="problem">Why the certificate is not to be accepted; null: nothing was left out.</param>
    public static ClientCertificate Read(X509Certificate2 certificate, out string? problem)
    {
        var names = new NameCollector();
        names.Read("subject", () => ReadSubject(certificate.SubjectName.RawData, names));
        var extensions = certificate.Extensions.Where(extension => extension.Oid?.Value == SubjectAlternativeName).ToArray();
        if (extensions.Length > 1)
        {
            names.Problem ??= "it has more than one subjectAltName";
        }

        foreach (var extension in extensions)
        {
            names.Read("subjectAltName", () => ReadAlternativeNames(extension.RawData, names));
        }

        problem = names.Problem;
        return new ClientCertificate
        {
            CommonNames = names.Of(NameKind.Common),
            SerialNumber = SerialNumber(certificate.SerialNumberBytes.Span),
            Rfc822Names = names.Of(NameKind.Rfc822),
            DnsNames = names.Of(NameKind.Dns),
            DirectoryNames = names.Of(NameKind.Directory),
            UniformResourceIdentifiers = names.Of(NameKind.Uri),
            IpAddresses = names.Of(NameKind.IpAddress),
            RegisteredIds = names.Of(NameKind.RegisteredId),
        };
    }

    /// <summary>As OpenSSL shows it: without the octet that only keeps the number positive.</summary>
    private static string SerialNumber(ReadOnlySpan<byte> octets) =>
        Convert.ToHexString(octets.Length > 1 && octets[0] == 0 ? octets[1..] : octets);

    private static void ReadSubject(byte[] name, NameCollector names)
    {
        var parts = new AsnReader(name, AsnEncodingRules.DER).ReadSequence();
        while (parts.HasData)
        {
            var attributes = parts.ReadSetOf();
            while (attributes.HasData)
            {
                var attribute = attributes.ReadSequence();
                if (attribute.ReadObjectIdentifier() == CommonName)
                {
                    names.Add(NameKind.Common, attribute.ReadCharacterString((UniversalTagNumber)attribute.PeekTag().TagValue));
                }
            }
        }
    }

    /// <summary>GeneralNames (RFC 5280 §4.2.1.6). Kinds that no rule can ask for are skipped.</summary>
    private static void ReadAlternativeNames(byte[] value, NameCollector names)
    {
        var file = new AsnReader(value, AsnEncodingRules.DER);
        var list = file.ReadSequence();
        file.ThrowIfNotEmpty();
        while (list.HasData)
        {
            var tag = list.PeekTag();
            if (tag.TagClass != TagClass.ContextSpecific)
            {
                throw new AsnContentException();
            }

            switch (tag.TagValue)
            {
                case 1:
                    names.Add(NameKind.Rfc822, list.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                    break;
                case 2:
                    names.Add(NameKind.Dns, list.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                    break;
                case 4:
                    // A CHOICE is always tagged explicitly.
                    names.Add(NameKind.Directory, new X500DistinguishedName(list.ReadSequence(tag).ReadEncodedValue().Span).Name);
                    break;
                case 6:
                    names.Add(NameKind.Uri, list.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                    break;
                case 7:
                    var octets = list.ReadOctetString(tag);
                    names.Add(NameKind.IpAddress, octets.Length is 4 or 16 ? new IPAddress(octets).ToString() : throw new AsnContentException());
                    break;
                case 8:
                    names.Add(NameKind.RegisteredId, list.ReadObjectIdentifier(tag));
                    break;
                default:
                    list.ReadEncodedValue();
                    break;
            }
        }
    }

    private enum NameKind
    {
        Common,
        Rfc822,
        Dns,
        Directory,
        Uri,
        IpAddress,
        RegisteredId,
    }

    private sealed class NameCollector
    {
        private readonly List<(NameKind Kind, string Value)> _names = [];

        public string? Problem { get; set; }

        public void Add(NameKind kind, string value)
        {
            if (value.Any(char.IsControl))
            {
                Problem ??= "a name in it holds a control character";
                return;
            }

            _names.Add((kind, value));
        }

        public void Read(string part, Action read)
        {
            try
            {
                read();
            }
            catch (Exception fault) when (fault is AsnContentException or CryptographicException or ArgumentException)
            {
                Problem ??= $"its {part} is malformed";
            }
        }

        public ImmutableArray<string> Of(NameKind kind) => [.. _names.Where(name => name.Kind == kind).Select(name => name.Value)];
    }
}
