using System.Collections.Immutable;

namespace MailManager.Resources.Secrets;

/// <summary>A named set of secret values, such as <c>username</c> and <c>password</c>. Never printed.</summary>
public sealed class Secret(string name, ImmutableDictionary<string, string> values)
{
    public string Name { get; } = name;

    /// <summary>The keys of <c>SecretString</c>, with <c>${env:NAME}</c> and <c>${file:PATH}</c> already replaced.</summary>
    public ImmutableDictionary<string, string> Values { get; } = values;

    /// <summary>The name and the keys, never a value.</summary>
    public override string ToString() => $"secret {Name} ({string.Join(", ", Values.Keys)})";
}
