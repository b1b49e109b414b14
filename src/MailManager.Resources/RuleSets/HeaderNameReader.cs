using System.Collections.Immutable;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;

namespace MailManager.Resources.RuleSets;

/// <summary>Reads the name of a header field that an action adds, sets or removes.</summary>
internal static class HeaderNameReader
{
    /// <summary>Printable ASCII except the colon (RFC 5322 §3.6.8, <c>ftext</c>).</summary>
    public const string FieldName = "[!-9;-~]+";

    private static readonly ImmutableArray<string> Transport = ["Received", "Return-Path", "Bcc", "Resent-Bcc"];

    public static string? Read(DocumentValue value)
    {
        if (value.Text(RuleActionRules.HeaderName) is not { } name)
        {
            return null;
        }

        if (ReasonAgainst(name) is not { } reason)
        {
            return name;
        }

        value.Error($"{DisplayText.Quote(name)} cannot be changed: {reason}");
        return null;
    }

    private static string? ReasonAgainst(string name)
    {
        if (Transport.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return $"{string.Join(", ", Transport)} belong to the transport of the message";
        }

        return name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase) || name.Equals("MIME-Version", StringComparison.OrdinalIgnoreCase)
            ? "MIME-Version and Content-... say how the body is to be read"
            : null;
    }
}
