using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Rules.Operands;

namespace MailManager.Rules.CaseAnalysis;

/// <summary>The candidates of each kind of operand.</summary>
internal static class OperandCandidates
{
    /// <summary>More ends of ranges than this are not told apart.</summary>
    private const int MaxEnds = 1000;

    private static readonly IPAddress[] Examples =
        [.. new[] { "192.0.2.1", "198.51.100.1", "203.0.113.1", "8.8.8.8", "2001:db8::1", "2600::1" }.Select(IPAddress.Parse)];

    /// <param name="operand">Any.</param>
    /// <param name="atoms">All that compare it.</param>
    /// <param name="profile">Of the sessions.</param>
    /// <param name="recipients">Addresses by which rules replace recipients.</param>
    public static IReadOnlyList<Candidate> Of(
        CaseOperand operand, IReadOnlyCollection<Atom> atoms, ClientProfile profile, IEnumerable<string> recipients) => operand.Kind switch
        {
            OperandKind.Client => Clients(atoms),
            OperandKind.ReverseName => TextCandidates.Create(
                atoms, TextLanguage.HostName, static (message, text) => message with { ReverseName = text.Length == 0 ? null : text }, false, string.Empty),
            OperandKind.Helo => TextCandidates.Create(atoms, TextLanguage.Helo, static (message, text) => message with { Helo = text }, false),
            OperandKind.Tls => [.. profile.Tls.Select(tls => Candidate.Exact(message => message with { Tls = tls.Protocol, IsTlsWrapped = tls.IsWrapped }))],
            OperandKind.Certificate when !profile.HasCertificate => [],
            OperandKind.Certificate => Certificates(operand.Name, atoms),
            OperandKind.ReversePath => TextCandidates.Create(
                atoms, TextLanguage.ReversePath, static (message, text) => message with { ReversePath = text }, false, string.Empty),
            OperandKind.Recipient => TextCandidates.Create(
                atoms, TextLanguage.ForwardPath, static (message, text) => message with { Recipient = text }, false, ["postmaster", .. recipients]),
            OperandKind.Header => TextCandidates.Create(
                atoms, TextLanguage.Line, (message, text) => With(message, FieldName(operand.Name), FieldText(operand.Form, text)), true),
            OperandKind.ReadReceipt =>
            [
                Candidate.Exact(static message => message),
            Candidate.Exact(static message => With(message, "Disposition-Notification-To", "sender@example.net")),
        ],
            OperandKind.Size => Sizes(atoms, profile.MaxMessageSize),
            _ => [Candidate.Example(static message => message), Candidate.Unknown],
        };

    private static MessageCase With(MessageCase message, string field, string text) => message with { Header = message.Header.Add(new HeaderLine(field, text)) };

    /// <summary>A field one of whose texts in this form is the text.</summary>
    private static string FieldText(HeaderForm form, string text) => form switch
    {
        HeaderForm.Domains => $"someone@{text}",
        HeaderForm.MessageId => $"<{text}>",
        _ => text,
    };

    /// <summary>As field names are mostly written: <c>x-spam-flag</c> as <c>X-Spam-Flag</c>.</summary>
    private static string FieldName(string name) =>
        string.Join('-', name.Split('-').Select(part => part.Length == 0 ? part : char.ToUpperInvariant(part[0]) + part[1..]));

    /// <summary>
    /// Conditions divide the addresses at the ends of their ranges only: the first address of each range and the one after it stand for all that is between
    /// two ends.
    /// </summary>
    private static List<Candidate> Clients(IReadOnlyCollection<Atom> atoms)
    {
        var ends = atoms.SelectMany(atom => atom.Ranges).Distinct().ToArray();
        var candidates = Examples.Concat(ends.Take(MaxEnds).SelectMany(Addresses)).Distinct()
            .Select(address => Candidate.Exact(message => message with { Client = address }))
            .ToList();
        candidates.Add(Candidate.Exact(static message => message with { Client = IPAddress.Any }));
        candidates.Add(Candidate.Exact(static message => message with { Client = IPAddress.IPv6Any }));
        if (ends.Length > MaxEnds || atoms.Any(atom => !atom.IsExact))
        {
            candidates.Add(Candidate.Unknown);
        }

        return candidates;
    }

    private static IEnumerable<IPAddress> Addresses(AddressRange range)
    {
        yield return range.Address;
        var octets = range.Address.GetAddressBytes();
        var bit = range.PrefixLength;

        // One is added at the last bit of the prefix; past the end of all addresses there is nothing.
        for (bit--; bit >= 0; bit--)
        {
            var mask = (byte)(0x80 >> (bit % 8));
            octets[bit / 8] ^= mask;
            if ((octets[bit / 8] & mask) != 0)
            {
                yield return new IPAddress(octets);
                yield break;
            }
        }
    }

    /// <summary>Conditions divide the sizes at their numbers only.</summary>
    private static Candidate[] Sizes(IReadOnlyCollection<Atom> atoms, long max)
    {
        const long Typical = 4096;
        var numbers = atoms.Select(atom => (long)Math.Clamp(Math.Floor(atom.Number!.Value), 0, max));
        return
        [
            .. numbers.SelectMany(number => new[] { number - 1, number, number + 1 }).Append(0).Append(max).Prepend(Math.Min(Typical, max))
                .Where(size => size >= 0 && size <= max)
                .Distinct()
                .Select(size => Candidate.Exact(message => message with { Size = size })),
        ];
    }

    private static IReadOnlyList<Candidate> Certificates(string name, IReadOnlyCollection<Atom> atoms)
    {
        var attribute = Enum.Parse<RuleClientCertificateAttribute>(name);
        return TextCandidates.Create(atoms, TextLanguage.Line, (message, text) => message with { Certificate = With(message, attribute, text) }, true);
    }

    private static Messages.Envelope.ClientCertificate With(MessageCase message, RuleClientCertificateAttribute attribute, string text)
    {
        var certificate = message.Certificate!;
        return attribute switch
        {
            RuleClientCertificateAttribute.Cn => certificate with { CommonNames = certificate.CommonNames.Add(text) },
            RuleClientCertificateAttribute.SanRfc822Name => certificate with { Rfc822Names = certificate.Rfc822Names.Add(text) },
            RuleClientCertificateAttribute.SanDnsName => certificate with { DnsNames = certificate.DnsNames.Add(text) },
            RuleClientCertificateAttribute.SanDirectoryName => certificate with { DirectoryNames = certificate.DirectoryNames.Add(text) },
            RuleClientCertificateAttribute.SanUniformResourceIdentifier =>
                certificate with { UniformResourceIdentifiers = certificate.UniformResourceIdentifiers.Add(text) },
            RuleClientCertificateAttribute.SanIpAddress => certificate with { IpAddresses = certificate.IpAddresses.Add(text) },
            RuleClientCertificateAttribute.SanRegisteredId => certificate with { RegisteredIds = certificate.RegisteredIds.Add(text) },
            _ => certificate with { SerialNumber = text },
        };
    }
}
