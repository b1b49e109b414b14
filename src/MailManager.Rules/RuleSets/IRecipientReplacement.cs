using System.Collections.Immutable;

namespace MailManager.Rules.RuleSets;

/// <summary>Says what a recipient becomes. Immutable, thread-safe.</summary>
internal interface IRecipientReplacement
{
    /// <summary>False: the recipient stays.</summary>
    /// <param name="recipient">Its address.</param>
    /// <param name="with">What it becomes; empty: something that is no address, and so nothing may be done for it.</param>
    bool TryReplace(string recipient, out ImmutableArray<string> with);
}
