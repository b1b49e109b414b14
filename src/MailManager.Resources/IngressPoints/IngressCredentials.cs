using System.Collections.Immutable;
using MailManager.Resources.Documents;
using MailManager.Resources.Secrets;

namespace MailManager.Resources.IngressPoints;

/// <summary>What a secret must hold for clients to log in with it.</summary>
public static class IngressCredentials
{
    /// <summary>The secret's only key, as Mail Manager wants it: with any other beside it, nobody could log in.</summary>
    public const string PasswordKey = "password";

    /// <summary>Characters of a password in a secret.</summary>
    public const int LongestPassword = 256;

    /// <summary>
    /// What is wrong with the current values and the previous ones: another key, none, a value that is empty, too long or not printable
    /// ASCII, which is all that AUTH takes here. Names the keys, never a value.
    /// </summary>
    public static IEnumerable<string> ProblemsWith(Secret secret) =>
        ProblemsWith($"the secret '{secret.Name}'", secret.Values)
            .Concat(secret.PreviousValues is { } previous
                ? ProblemsWith($"the previous version of the secret '{secret.Name}'", previous)
                : []);

    private static IEnumerable<string> ProblemsWith(string subject, ImmutableDictionary<string, string> values)
    {
        const string Rule = $"an ingress point's secret has exactly {PasswordKey}";
        foreach (var key in values.Keys.Where(key => key != PasswordKey).Order(StringComparer.Ordinal))
        {
            yield return $"{subject} has the key {DisplayText.Quote(key)}; {Rule}";
        }

        if (!values.TryGetValue(PasswordKey, out var value))
        {
            yield return $"{subject} has no key '{PasswordKey}'; {Rule}";
        }
        else if (value.Length is 0 or > LongestPassword)
        {
            yield return $"the {PasswordKey} of {subject} must have 1 to {LongestPassword} characters";
        }
        else if (value.Any(c => c is < ' ' or > '~'))
        {
            yield return $"the {PasswordKey} of {subject} has characters that are not printable ASCII, such as a line break or an umlaut";
        }
    }
}
