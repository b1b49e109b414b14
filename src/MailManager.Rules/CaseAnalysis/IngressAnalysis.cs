using System.Collections.Immutable;
using MailManager.Resources.AddressLists;
using MailManager.Resources.Expressions;
using MailManager.Resources.IpSets;
using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;

namespace MailManager.Rules.CaseAnalysis;

/// <summary>What an <see cref="IngressAnalysis"/> is of.</summary>
public sealed record AnalysisSubject
{
    public required TrafficPolicy Policy { get; init; }

    public required RuleSet RuleSet { get; init; }

    public required RuleEnvironment Environment { get; init; }

    public required ClientProfile Clients { get; init; }

    /// <summary>Those that are built in included.</summary>
    public ImmutableArray<IpSet> IpSets { get; init; } = [];

    public ImmutableArray<AddressList> AddressLists { get; init; } = [];

    /// <summary>Ranges of which cases may be asked whether the client is in them.</summary>
    public ImmutableArray<string> WatchedRanges { get; init; } = [];
}

/// <summary>What a case that is looked for has to be like. Everything else is open.</summary>
public sealed record CaseWish
{
    /// <summary>The policy lets it in.</summary>
    public bool IsAllowed { get; init; } = true;

    /// <summary>RCPT is not refused for that nothing could be done for the recipient.</summary>
    public bool MayBeServed { get; init; } = true;

    /// <summary>An ALLOW statement that holds.</summary>
    public int? Statement { get; init; }

    /// <summary>A rule that matches, and that it comes to.</summary>
    public int? Rule { get; init; }

    /// <summary>Another rule that matches as well, after it.</summary>
    public int? LaterRule { get; init; }

    /// <summary>Of the envelope.</summary>
    public bool? IsRecipientVerified { get; init; }

    public bool? IsSenderVerified { get; init; }

    /// <summary>Index in <see cref="AnalysisSubject.WatchedRanges"/>.</summary>
    public int? ClientIn { get; init; }
}

/// <summary>
/// Answers questions about a traffic policy and a rule set together: shows a case, or proves that there is none, or says neither. Examples come from what the
/// conditions themselves answer; a proof holds for every message. Not thread-safe.
/// </summary>
public sealed class IngressAnalysis
{
    /// <summary>Ways through the replacements of a rule set that are looked at.</summary>
    private const int MaxPaths = 200;

    private readonly AnalysisSubject _subject;
    private readonly AtomTable _atoms;
    private readonly Formula[] _statements;
    private readonly Formula[] _watched;
    private readonly RuleFlow _flow;

    /// <summary>RCPT is not refused because nothing could be done for the recipient.</summary>
    private readonly Formula _mayBeServed;
    private readonly CaseSpace _space;
    private readonly CaseSearch _search;

    /// <param name="subject">Of which every condition compiles.</param>
    /// <param name="effort">How much may be tried.</param>
    public IngressAnalysis(AnalysisSubject subject, Effort effort)
    {
        ArgumentNullException.ThrowIfNull(subject);
        _subject = subject;
        _atoms = new AtomTable(subject.Environment, new NamedContent(subject.IpSets, subject.AddressLists));
        _statements = [.. subject.Policy.PolicyStatements.Select(statement => Formula.AllOf(statement.Conditions.Select(_atoms.Of)))];
        _watched = [.. subject.WatchedRanges.Select(range => _atoms.Of(new RuleIpExpression(IpOperator.CidrMatches, [range])))];
        _flow = new RuleFlow(subject.RuleSet, _atoms, subject.Clients);
        _atoms.SenderIsVerified();
        _mayBeServed = MayBeServed(subject, _atoms);
        string[] replacements = [.. subject.RuleSet.Rules.SelectMany(rule => rule.Actions).SelectMany(Replacements).Distinct(StringComparer.OrdinalIgnoreCase)];
        _space = CaseSpace.Create(_atoms.Atoms, subject.Clients, replacements, subject.Environment);
        _search = new CaseSearch(_space, effort);
    }

    /// <summary>The first case like that which passes; null: none was found, which proves nothing.</summary>
    /// <param name="wish">What it is to be like.</param>
    /// <param name="accept">Asks what is in force.</param>
    public MessageCase? Find(CaseWish wish, Func<MessageCase, bool> accept)
    {
        ArgumentNullException.ThrowIfNull(wish);
        var paths = wish.Rule is { } rule ? _flow.PathsTo(rule, CandidateOf) : [FlowPath.Start];
        var later = wish.LaterRule is { } second ? _flow.MatchOf(second) : Formula.True;
        var match = wish.Rule is { } first ? Formula.AllOf([_flow.MatchOf(first), later]) : later;
        return FirstExample(paths.Select(path => path.Ask(Goals(wish), match)), accept);
    }

    /// <summary>A case that is let in and of which nobody takes care; null: none was found, which proves nothing.</summary>
    /// <param name="isRecipientVerified">Of the envelope.</param>
    /// <param name="accept">Asks what is in force.</param>
    public MessageCase? FindUnserved(bool isRecipientVerified, Func<MessageCase, bool> accept)
    {
        var goals = Goals(new CaseWish { IsRecipientVerified = isRecipientVerified });
        return FirstExample(_flow.UnservedPaths(CandidateOf).Select(path => path.Ask(goals)), accept);
    }

    /// <summary>It is proven that no recipient is let in.</summary>
    public bool AdmitsNothing() => _search.IsImpossible(Question.Of(Goals(new CaseWish())));

    /// <summary>It is proven that no message meets the conditions of the rule, whatever policy and other rules do.</summary>
    public bool RuleNeverMatches(int rule) => _search.IsImpossible(Question.Of(new Goal(_flow.MatchOf(rule), true)));

    /// <summary>It is proven that no message which the rule could match comes to it.</summary>
    /// <param name="rule">Its index.</param>
    /// <param name="despitePolicy">Asked of the earlier rules alone, as if everything were let in.</param>
    public bool RuleIsNeverReached(int rule, bool despitePolicy)
    {
        var wish = new CaseWish { IsAllowed = !despitePolicy, MayBeServed = !despitePolicy };
        var paths = _flow.PathsTo(rule, CandidateOf).Take(MaxPaths + 1).ToArray();
        return paths.Length <= MaxPaths && paths.All(path => _search.IsImpossible(path.Ask(Goals(wish), _flow.MatchOf(rule))));
    }

    /// <summary>It is proven that the earlier rule ends processing for everything that the later one could match as its recipients stand.</summary>
    public bool RuleEndsAll(int earlier, int later) => !_flow.IsReplacing(earlier) && _search.IsImpossible(Question.Of(
        new Goal(_flow.MatchOf(later), true), new Goal(Formula.AllOf([_flow.MatchOf(earlier), _flow.EndsOf(earlier)]), false)));

    /// <summary>It is proven that all of these conditions of a rule or exceptions to it can never be as a match of the rule needs them.</summary>
    /// <param name="conditions">Conditions of the rule.</param>
    /// <param name="unless">Exceptions of the rule.</param>
    public bool ExcludeEachOther(IEnumerable<RuleCondition> conditions, IEnumerable<RuleCondition> unless) => _search.IsImpossible(Question.Of(
        [.. conditions.Select(condition => new Goal(_atoms.Of(condition), true)), .. unless.Select(condition => new Goal(_atoms.Of(condition), false))]));

    /// <summary>It is proven that no session meets the conditions of a statement.</summary>
    public bool StatementNeverHolds(int statement) => _search.IsImpossible(Question.Of(new Goal(_statements[statement], true)));

    /// <summary>It is proven that whenever the statement holds one of the others does.</summary>
    public bool StatementIsCovered(int statement, IReadOnlyCollection<int> others) =>
        _search.IsImpossible(Question.Of(new Goal(_statements[statement], true), new Goal(Formula.AnyOf(others.Select(other => _statements[other])), false)));

    /// <summary>It is proven that for every session and recipient the outcome of the policy is the same without the statement.</summary>
    /// <param name="statement">Its index.</param>
    /// <param name="others">The statements that are still there without it.</param>
    public bool StatementChangesNothing(int statement, IReadOnlyCollection<int> others)
    {
        var decides = new Goal(_statements[statement], true);
        var (deny, allow) = (Any(AcceptAction.Deny, others), Any(AcceptAction.Allow, others));
        var isAllowedByDefault = _subject.Policy.DefaultAction == AcceptAction.Allow;
        if (_subject.Policy.PolicyStatements[statement].Action == AcceptAction.Allow)
        {
            return isAllowedByDefault || _search.IsImpossible(Question.Of(decides, new Goal(deny, false), new Goal(allow, false)));
        }

        return _search.IsImpossible(Question.Of(
            isAllowedByDefault ? [decides, new Goal(deny, false)] : [decides, new Goal(deny, false), new Goal(allow, true)]));
    }

    private static IEnumerable<string> Replacements(RuleAction action) => action switch
    {
        RuleAction.ReplaceRecipient replace => replace.ReplaceWith,
        RuleAction.MapRecipient map => map.Mapping.Take(MaxPaths).SelectMany(entry => entry.To.Append(entry.From)).Where(address => !address.StartsWith('@')),
        _ => [],
    };

    /// <summary>
    /// Where rules replace recipients, any may be; else those of verified identities, and where rules send for authenticated clients, what these send as a
    /// verified identity or as a notification.
    /// </summary>
    private static Formula MayBeServed(AnalysisSubject subject, AtomTable atoms)
    {
        var actions = subject.RuleSet.Rules.Where(rule => rule is { Enabled: true, Shadow: false }).SelectMany(rule => rule.Actions).ToArray();
        var sends = subject.Clients.IsAuthenticated && actions.Any(action => action is RuleAction.Send);
        var toAnyone = sends ? Formula.AnyOf([atoms.SenderIsNull(), atoms.SenderIsVerified()]) : Formula.False;
        var served = Formula.AnyOf([atoms.RecipientIsVerified(), toAnyone]);
        return actions.Any(action => action is RuleAction.ReplaceRecipient or RuleAction.MapRecipient or RuleAction.RewriteRecipient) ? Formula.True : served;
    }

    private ImmutableArray<Goal> Goals(CaseWish wish)
    {
        var goals = ImmutableArray.CreateBuilder<Goal>();
        if (wish.MayBeServed)
        {
            goals.Add(new Goal(_mayBeServed, true));
        }

        if (wish.IsAllowed)
        {
            int[] all = [.. Enumerable.Range(0, _statements.Length)];
            goals.Add(new Goal(Any(AcceptAction.Deny, all), false));
            if (_subject.Policy.DefaultAction == AcceptAction.Deny)
            {
                goals.Add(new Goal(Any(AcceptAction.Allow, all), true));
            }
        }

        if (wish.Statement is { } statement)
        {
            goals.Add(new Goal(_statements[statement], true));
        }

        if (wish.IsRecipientVerified is { } recipient)
        {
            goals.Add(new Goal(_atoms.RecipientIsVerified(), recipient));
        }

        if (wish.IsSenderVerified is { } sender)
        {
            goals.Add(new Goal(_atoms.SenderIsVerified(), sender));
        }

        if (wish.ClientIn is { } range)
        {
            goals.Add(new Goal(_watched[range], true));
        }

        return goals.ToImmutable();
    }

    private MessageCase? FirstExample(IEnumerable<Question> questions, Func<MessageCase, bool> accept) =>
        questions.Take(MaxPaths).Select(question => _search.FindExample(question, accept)).FirstOrDefault(found => found is not null);

    private Formula Any(AcceptAction action, IEnumerable<int> statements) =>
        Formula.AnyOf(statements.Where(i => _subject.Policy.PolicyStatements[i].Action == action).Select(i => _statements[i]));

    private int? CandidateOf(string address)
    {
        var candidate = _space.FindRecipient(address);
        return candidate < 0 ? null : candidate;
    }
}
