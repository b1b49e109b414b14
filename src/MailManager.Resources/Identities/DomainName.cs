using MailManager.Resources.Documents;

namespace MailManager.Resources.Identities;

/// <summary>Checks host and mail domain names: labels of letters, digits and hyphens (RFC 5321 §2.3.5, RFC 1035 §2.3.4).</summary>
public static class DomainName
{
    /// <summary>Characters, without a final dot.</summary>
    private const int MaximumLength = 253;

    private const int MaximumLabel = 63;

    /// <summary>What is wrong with the name; null when nothing is. One label is a name; a final dot and IPv4 addresses are not.</summary>
    public static string? ProblemWith(string name)
    {
        var shown = DisplayText.Quote(name);
        if (name.Any(c => c > 127))
        {
            return $"{shown} has letters that are not ASCII; write its A-label form, which starts with xn--";
        }

        if (name.Length is 0 or > MaximumLength)
        {
            return $"{shown} is not a domain name: it has {name.Length} characters, must have 1 to {MaximumLength}";
        }

        var labels = name.Split('.');
        if (labels.Any(label => label.Length is 0 or > MaximumLabel))
        {
            return $"{shown} is not a domain name: each part between dots must have 1 to {MaximumLabel} characters";
        }

        if (!labels.All(IsLabel))
        {
            return $"{shown} is not a domain name: its parts may have letters, digits and, inside, hyphens";
        }

        return labels[^1].All(char.IsAsciiDigit) ? $"{shown} is not a domain name: its last part is a number" : null;
    }

    private static bool IsLabel(string label) =>
        label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && label[0] != '-' && label[^1] != '-';
}
