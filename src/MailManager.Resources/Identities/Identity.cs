using System.Collections.Immutable;

namespace MailManager.Resources.Identities;

/// <summary>A verified domain, <c>example.com</c>, or address, <c>user@example.com</c>. Immutable.</summary>
/// <param name="Name">In ASCII.</param>
public sealed record Identity(string Name)
{
    /// <summary>Each of them signs the mail of the domain; empty: it is not signed. Addresses have none.</summary>
    public ImmutableArray<DkimKey> DkimKeys { get; init; } = [];
}
