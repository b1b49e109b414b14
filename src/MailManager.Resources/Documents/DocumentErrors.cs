using System.Collections.Immutable;

namespace MailManager.Resources.Documents;

/// <summary>Collects everything that is wrong with a document, so that all of it can be said at once.</summary>
public sealed class DocumentErrors
{
    /// <summary>Errors kept; later ones are only counted, so that a hostile document cannot fill the memory.</summary>
    public const int Limit = 1000;

    private readonly List<DocumentError> _errors = [];

    /// <summary>All errors so far, those beyond <see cref="Limit"/> included.</summary>
    public int Count { get; private set; }

    /// <summary>Whether further errors are only counted: effort to word them well is wasted.</summary>
    public bool IsFull => Count >= Limit;

    public void Add(SourceLocation location, DocumentPath path, string message)
    {
        Count++;
        if (Count <= Limit)
        {
            _errors.Add(new DocumentError(location, path.ToString(), message));
        }
    }

    /// <summary>In the order of the file; the last says how many were left out, if any were.</summary>
    public ImmutableArray<DocumentError> InFileOrder()
    {
        // OrderBy is stable: what is said about one place stays in the order it was found.
        var sorted = _errors.OrderBy(error => error.Location.Line).ThenBy(error => error.Location.Column).ToList();
        if (Count > Limit)
        {
            sorted.Add(new DocumentError(sorted[^1].Location, "", $"{Count - Limit} further errors are not shown"));
        }

        return [.. sorted];
    }
}
