using System.Collections.Immutable;

namespace MailManager.Resources.Secrets;

/// <summary>A named set of secret values, such as <c>username</c> and <c>password</c>. Never printed.</summary>
public sealed class Secret(
    string name, ImmutableDictionary<string, string> values, ImmutableDictionary<string, string>? previousValues = null)
{
    public string Name { get; } = name;

    /// <summary>The keys of <c>SecretString</c>, with <c>${env:NAME}</c> and <c>${file:PATH}</c> already replaced.</summary>
    public ImmutableDictionary<string, string> Values { get; } = values;

    /// <summary>
    /// The same of <c>PreviousSecretString</c>, what AWS Secrets Manager has as AWSPREVIOUS; null: there is none. Clients may still
    /// log in with it, so that they can change to the current one at leisure; we log in with the current one only.
    /// </summary>
    public ImmutableDictionary<string, string>? PreviousValues { get; } = previousValues;

    /// <summary>The name and the keys, never a value.</summary>
    public override string ToString() => $"secret {Name} ({string.Join(", ", Values.Keys)})";
}
