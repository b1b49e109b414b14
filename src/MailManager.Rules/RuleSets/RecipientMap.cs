using System.Collections.Frozen;
using System.Collections.Immutable;
using MailManager.Resources.RuleSets;

namespace MailManager.Rules.RuleSets;

/// <summary>The mapping table of a ReplaceRecipient action: by address, else by <c>@domain</c>; case is ignored.</summary>
internal sealed class RecipientMap : IRecipientReplacement
{
    private readonly FrozenDictionary<string, Target>.AlternateLookup<ReadOnlySpan<char>> _targets;

    /// <param name="mapping">Each From once, everything valid.</param>
    public RecipientMap(ImmutableArray<RecipientMapping> mapping)
    {
        _targets = mapping
            .ToFrozenDictionary(
                entry => entry.From,
                entry => new Target([.. entry.To.Distinct(StringComparer.Ordinal)], entry.To.Any(to => to.StartsWith('@'))),
                StringComparer.OrdinalIgnoreCase)
            .GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public bool TryReplace(string recipient, out ImmutableArray<string> with)
    {
        var at = recipient.LastIndexOf('@');
        if (!_targets.TryGetValue(recipient, out var target) && (at < 0 || !_targets.TryGetValue(recipient.AsSpan(at), out target)))
        {
            with = [];
            return false;
        }

        with = target.KeepsLocalPart ? Complete(target.To, recipient.AsSpan(0, at)) : target.To;
        return true;
    }

    /// <summary>A local part that was taken from the client stays as it is: whatever may stand in it, it means nothing here.</summary>
    private static ImmutableArray<string> Complete(ImmutableArray<string> targets, ReadOnlySpan<char> localPart)
    {
        var addresses = ImmutableArray.CreateBuilder<string>(targets.Length);
        foreach (var target in targets)
        {
            var address = target.StartsWith('@') ? string.Concat(localPart, target) : target;
            if (address.Length > EmailAddressText.MaxLength)
            {
                return [];
            }

            addresses.Add(address);
        }

        return addresses.MoveToImmutable();
    }

    private sealed record Target(ImmutableArray<string> To, bool KeepsLocalPart);
}
