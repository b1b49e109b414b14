using MailManager.Resources.Documents;

namespace MailManager.Resources.Identities;

/// <summary>Checks host and mail domain names: labels of letters, digits and hyphens (RFC 5321 §2.3.5, RFC 1035 §2.3.4).</summary>
public static class DomainName
{
    /// <summary>Characters, without a final dot.</summary>
    private const int MaximumLength = 253;

    private const int MaximumLabel = 63;

    /// <summary>
    /// What is wrong with the name; null when nothing is, and then nothing is allocated. One label is a name; a final dot and IPv4 addresses are not.
    /// </summary>
    public static string? ProblemWith(ReadOnlySpan<char> name)
    {
        if (name.ContainsAnyExceptInRange('\0', '\x7f'))
        {
            return $"{Quote(name)} has letters that are not ASCII; write its A-label form, which starts with xn--";
        }

        if (name.Length is 0 or > MaximumLength)
        {
            return $"{Quote(name)} is not a domain name: it has {name.Length} characters, must have 1 to {MaximumLength}";
        }

        foreach (var label in name.Split('.'))
        {
            if (name[label].Length is 0 or > MaximumLabel)
            {
                return $"{Quote(name)} is not a domain name: each part between dots must have 1 to {MaximumLabel} characters";
            }

            if (!IsLabel(name[label]))
            {
                return $"{Quote(name)} is not a domain name: its parts may have letters, digits and, inside, hyphens";
            }
        }

        return name[(name.LastIndexOf('.') + 1)..].ContainsAnyExceptInRange('0', '9')
            ? null
            : $"{Quote(name)} is not a domain name: its last part is a number";
    }

    private static bool IsLabel(ReadOnlySpan<char> label)
    {
        foreach (var c in label)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
            {
                return false;
            }
        }

        return label[0] != '-' && label[^1] != '-';
    }

    private static string Quote(ReadOnlySpan<char> name) => DisplayText.Quote(name.ToString());
}
