namespace MailManager.Rules.CaseAnalysis;

/// <summary>
/// Texts that stand for all texts of an operand. What EQUALS, STARTS_WITH and ENDS_WITH say about a text is decided by whether it is one of the compared
/// texts, and else by the longest prefix and the longest suffix it has of those looked for; so each of these texts and one text for each pair of prefix and
/// suffix are all there is. About CONTAINS and regular expressions a pair says nothing but that what it contains is contained.
/// </summary>
internal sealed class TextCandidates
{
    /// <summary>More pairs of prefix and suffix than this are not all tried; one end then counts as unknown.</summary>
    private const int MaxPairs = 600;

    /// <summary>More texts than this are not told apart.</summary>
    private const int MaxWhole = 1000;

    /// <summary>Pairs of contained texts are tried among so many.</summary>
    private const int MaxInfixes = 12;

    /// <summary>What stands for <c>#</c> in a filler: the first that is not itself looked for.</summary>
    private static readonly string[] Words = ["someone", "other", "x", "q7", "zz", "k9j"];

    private readonly TextLanguage _language;
    private readonly Func<MessageCase, string, MessageCase> _set;
    private readonly bool _isMultiple;
    private readonly HashSet<string> _wholes;
    private readonly string[] _prefixes;
    private readonly string[] _suffixes;
    private readonly string[] _infixes;
    private readonly List<Candidate> _candidates = [];

    private TextCandidates(IEnumerable<Atom> atoms, TextLanguage language, Func<MessageCase, string, MessageCase> set, bool isMultiple, string[] more)
    {
        _language = language;
        _set = set;
        _isMultiple = isMultiple;
        var hints = atoms.SelectMany(atom => atom.Hints).ToLookup(hint => hint.Kind, hint => hint.Text);
        _wholes = more.Concat(hints[HintKind.Whole]).ToHashSet(StringComparer.OrdinalIgnoreCase);
        _prefixes = [string.Empty, .. hints[HintKind.Prefix].Distinct(StringComparer.OrdinalIgnoreCase)];
        _suffixes = [string.Empty, .. hints[HintKind.Suffix].Distinct(StringComparer.OrdinalIgnoreCase)];
        _infixes = [.. hints[HintKind.Infix].Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <param name="atoms">Of the operand.</param>
    /// <param name="language">Its texts.</param>
    /// <param name="set">Puts a text into a case.</param>
    /// <param name="isMultiple">The operand may have several texts.</param>
    /// <param name="more">Further texts that matter.</param>
    public static IReadOnlyList<Candidate> Create(
        IReadOnlyCollection<Atom> atoms, TextLanguage language, Func<MessageCase, string, MessageCase> set, bool isMultiple, params string[] more) =>
        new TextCandidates(atoms, language, set, isMultiple, more).Create();

    private List<Candidate> Create()
    {
        var all = _prefixes.Length * _suffixes.Length <= MaxPairs;
        AddPair(string.Empty, string.Empty);
        foreach (var prefix in _prefixes)
        {
            foreach (var suffix in all || prefix.Length == 0 ? _suffixes : _suffixes[..1])
            {
                if (prefix.Length + suffix.Length > 0)
                {
                    AddPair(prefix, suffix);
                }
            }

            if (!all && prefix.Length > 0)
            {
                _candidates.Add(Candidate.Many(apply: null, atom => SaysOfPair(atom, prefix, suffix: null)));
            }
        }

        foreach (var whole in _wholes.Take(MaxWhole))
        {
            AddWhole(whole);
        }

        if (_wholes.Count > MaxWhole)
        {
            _candidates.Add(Candidate.Unknown);
        }

        AddInfixes();
        return _candidates;
    }

    /// <summary>A text that is compared as a whole stands for itself.</summary>
    private void AddWhole(string text)
    {
        if (_language.Contains(text))
        {
            _candidates.Add(Candidate.Exact(message => _set(message, text)));
        }
        else if (ReferenceEquals(_language, TextLanguage.Line))
        {
            // Encoded words may decode to texts that cannot be written as they are.
            _candidates.Add(Candidate.Unknown);
        }
    }

    private void AddPair(string prefix, string suffix)
    {
        var text = Find(prefix, suffix);
        _candidates.Add(Candidate.Many(text is null ? null : message => _set(message, text), atom => SaysOfPair(atom, prefix, suffix)));
    }

    /// <summary>Texts that contain what is looked for: examples, which stand for nothing new.</summary>
    private void AddInfixes()
    {
        for (var i = 0; i < _infixes.Length && i < MaxWhole / 4; i++)
        {
            foreach (var suffix in _suffixes.Take(MaxInfixes))
            {
                AddExample(string.Empty, _infixes[i], suffix);
            }

            foreach (var prefix in _prefixes.Skip(1).Take(MaxInfixes))
            {
                AddExample(prefix, _infixes[i], string.Empty);
            }

            for (var j = 0; j < _infixes.Length && i < MaxInfixes && j < MaxInfixes && !_isMultiple; j++)
            {
                if (j != i)
                {
                    AddExample(string.Empty, $"{_infixes[i]}{_infixes[j]}", string.Empty);
                }
            }
        }
    }

    private void AddExample(string prefix, string infix, string suffix)
    {
        foreach (var filler in _language.Fillers)
        {
            var words = filler.Replace("#", Words[0], StringComparison.Ordinal);
            foreach (var text in new[] { $"{prefix}{words}{infix}{suffix}", $"{prefix}{infix}{words}{suffix}", $"{prefix}{infix}{suffix}" })
            {
                if (_language.Contains(text))
                {
                    _candidates.Add(Candidate.Example(message => _set(message, text)));
                    return;
                }
            }
        }
    }

    /// <summary>What an atom says about every text, not compared as a whole, whose longest prefix and suffix these are.</summary>
    /// <param name="suffix">Null: it may be any.</param>
    private static bool? SaysOfPair(Atom atom, string prefix, string? suffix)
    {
        var isOpen = !atom.IsExact;
        foreach (var hint in atom.Hints)
        {
            switch (hint.Kind)
            {
                case HintKind.Prefix when prefix.StartsWith(hint.Text, StringComparison.OrdinalIgnoreCase):
                case HintKind.Suffix when suffix?.EndsWith(hint.Text, StringComparison.OrdinalIgnoreCase) == true:
                case HintKind.Infix when prefix.Contains(hint.Text, StringComparison.OrdinalIgnoreCase)
                    || suffix?.Contains(hint.Text, StringComparison.OrdinalIgnoreCase) == true:
                    // A comparison that is not exact may ask for more than its hint.
                    return atom.IsExact ? true : null;
                case HintKind.Suffix when suffix is null:
                case HintKind.Infix:
                    isOpen = true;
                    break;
                default:
                    break;
            }
        }

        return isOpen ? null : false;
    }

    /// <summary>A text of the operand whose longest prefix and suffix these are.</summary>
    private string? Find(string prefix, string suffix)
    {
        for (var shared = Math.Min(prefix.Length, suffix.Length); shared > 0; shared--)
        {
            var text = string.Concat(prefix, suffix.AsSpan(shared));
            if (prefix.EndsWith(suffix[..shared], StringComparison.OrdinalIgnoreCase) && _language.Contains(text) && IsPair(text, prefix, suffix))
            {
                return text;
            }
        }

        foreach (var word in Words)
        {
            foreach (var filler in _language.Fillers)
            {
                var text = $"{prefix}{filler.Replace("#", word, StringComparison.Ordinal)}{suffix}";
                if (_language.Contains(text) && IsPair(text, prefix, suffix))
                {
                    return text;
                }
            }
        }

        return null;
    }

    private bool IsPair(string text, string prefix, string suffix) =>
        _prefixes.All(p => p.Length <= prefix.Length || !text.StartsWith(p, StringComparison.OrdinalIgnoreCase))
        && _suffixes.All(s => s.Length <= suffix.Length || !text.EndsWith(s, StringComparison.OrdinalIgnoreCase))
        && !_wholes.Contains(text);
}
