using System.Collections.Immutable;
using MailManager.Resources.Documents;
using MailManager.Resources.Secrets;

namespace MailManager.Resources.Relays;

/// <summary>What a secret must hold for a relay to log in with it.</summary>
public static class RelayCredentials
{
    public const string UserName = "username";
    public const string Password = "password";

    private static readonly ImmutableArray<string> Keys = [UserName, Password];

    /// <summary>
    /// What is wrong: a key besides the two, one that is missing, a value that is empty or has control characters, which SASL PLAIN
    /// (RFC 4616) cannot carry. Names the keys, never a value.
    /// </summary>
    public static IEnumerable<string> ProblemsWith(Secret secret)
    {
        const string Rule = $"a relay's secret has exactly {UserName} and {Password}";
        foreach (var key in secret.Values.Keys.Except(Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            yield return $"the secret '{secret.Name}' has the key {DisplayText.Quote(key)}; {Rule}";
        }

        foreach (var key in Keys)
        {
            if (!secret.Values.TryGetValue(key, out var value))
            {
                yield return $"the secret '{secret.Name}' has no key '{key}'; {Rule}";
            }
            else if (value.Length == 0)
            {
                yield return $"the {key} of the secret '{secret.Name}' is empty";
            }
            else if (value.Any(char.IsControl))
            {
                yield return $"the {key} of the secret '{secret.Name}' has control characters, such as a line break";
            }
        }
    }
}
