using System.Collections.Immutable;
using System.Net;
using System.Text.RegularExpressions;
using MailManager.Resources.RuleTests;
using MailManager.Resources.TrafficPolicies;
using MimeKit;

namespace MailManager.Mta.Simulation.Corpus;

/// <summary>
/// Guesses the envelope of a stored message from its header: what servers write down at delivery (Return-Path, Delivered-To and the like), the
/// newest Received field for the client, and where they did not, the addresses in From, To and Cc.
/// </summary>
internal static partial class HeaderEnvelope
{
    private static readonly string[] RecipientFields = ["X-Original-To", "Delivered-To", "Envelope-To", "X-Envelope-To"];

    /// <summary>Null when no recipient can be told.</summary>
    public static TestEnvelope? Guess(HeaderList header)
    {
        var recipients = Recipients(header);
        if (recipients.IsEmpty)
        {
            return null;
        }

        var received = header[HeaderId.Received] ?? string.Empty;
        var defaults = new TestEnvelope { Recipients = recipients };
        return defaults with
        {
            Ip = ClientAddress(received) ?? defaults.Ip,
            Helo = FromWord().Match(received) is { Success: true } from ? from.Groups[1].Value : defaults.Helo,
            MailFrom = header[HeaderId.ReturnPath] is { } path ? path.Trim().TrimStart('<').TrimEnd('>') : Addresses(header, HeaderId.From).FirstOrDefault() ?? string.Empty,
            Tls = Tls(received),
        };
    }

    private static ImmutableArray<string> Recipients(HeaderList header)
    {
        foreach (var field in RecipientFields)
        {
            ImmutableArray<string> found = [.. header.Where(entry => entry.Field.Equals(field, StringComparison.OrdinalIgnoreCase)).SelectMany(entry => Addresses(entry.Value)).Distinct(StringComparer.OrdinalIgnoreCase)];
            if (!found.IsEmpty)
            {
                return found;
            }
        }

        return [.. Addresses(header, HeaderId.To).Concat(Addresses(header, HeaderId.Cc)).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    private static IEnumerable<string> Addresses(HeaderList header, HeaderId field) => header.Where(entry => entry.Id == field).SelectMany(entry => Addresses(entry.Value));

    private static IEnumerable<string> Addresses(string text) =>
        InternetAddressList.TryParse(text, out var list) ? list.Mailboxes.Select(mailbox => mailbox.Address).Where(address => address.Contains('@', StringComparison.Ordinal)) : [];

    private static IPAddress? ClientAddress(string received)
    {
        foreach (Match literal in AddressLiteral().Matches(received))
        {
            if (IPAddress.TryParse(literal.Groups[1].Value, out var address))
            {
                return address;
            }
        }

        return null;
    }

    /// <summary>From the protocol word (RFC 3848) and, where the server wrote one, the version.</summary>
    private static TlsProtocolVersion? Tls(string received) =>
        !TlsWord().IsMatch(received) ? null
        : OldVersion().IsMatch(received) ? TlsProtocolVersion.Tls12
        : TlsProtocolVersion.Tls13;

    [GeneratedRegex(@"^\s*from\s+([^\s()]+)", RegexOptions.IgnoreCase)]
    private static partial Regex FromWord();

    [GeneratedRegex(@"\[(?:IPv6:)?([0-9a-f.:]+)\]", RegexOptions.IgnoreCase)]
    private static partial Regex AddressLiteral();

    [GeneratedRegex(@"\bwith\s+(?:UTF8)?(?:E?SMTP|LMTP)SA?\b", RegexOptions.IgnoreCase)]
    private static partial Regex TlsWord();

    [GeneratedRegex(@"TLSv?1[._]2", RegexOptions.IgnoreCase)]
    private static partial Regex OldVersion();
}
