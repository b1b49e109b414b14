using System.Runtime.CompilerServices;

namespace MailManager.Resources.AddressLists;

/// <summary>
/// Reads the members of an address list from a file of any size, in memory that does not depend on it. What is no entry is left out and counted;
/// an entry that comes twice counts twice. One importer for each file; not thread-safe.
/// </summary>
/// <param name="content">Read to its end, not closed.</param>
/// <param name="type">Its format.</param>
/// <param name="progress">Told after each block of the file; null for nobody.</param>
public sealed class AddressListImporter(Stream content, ImportDataType type, IProgress<AddressListImportProgress>? progress = null)
{
    /// <summary>Entries of one list.</summary>
    public const int MaximumEntries = 1_000_000;

    /// <summary>Failures of which the reason is kept; all are counted.</summary>
    public const int MaximumFailures = 100;

    private const int BlockSize = 64 * 1024;

    /// <summary>Octets of one text of a JSON file: far above what an entry may have.</summary>
    private const int LargestBlock = 1024 * 1024;

    private readonly List<AddressListImportFailure> _failures = [];

    /// <summary>Entries so far.</summary>
    public int Imported { get; private set; }

    /// <summary>Items so far that are no entries.</summary>
    public int Failed { get; private set; }

    /// <summary>The first <see cref="MaximumFailures"/>.</summary>
    public IReadOnlyList<AddressListImportFailure> Failures => _failures;

    /// <summary>The entries, each valid, as they stand in the file.</summary>
    /// <exception cref="AddressListImportException">The file is not of its type, or has too many entries.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public async IAsyncEnumerable<string> ReadAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        IAddressListParser parser = type == ImportDataType.Csv ? new CsvAddressParser() : new JsonAddressParser();
        long? total = content.CanSeek ? content.Length : null;
        var buffer = new byte[BlockSize];
        var items = new List<AddressListItem>();
        var (length, octets, isLast) = (0, 0L, false);
        while (!isLast)
        {
            var read = await content.ReadAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false);
            isLast = read == 0;
            octets += read;
            length += read;
            items.Clear();
            var consumed = parser.Parse(buffer.AsSpan(0, length), isLast, items);
            foreach (var item in items)
            {
                if (Accept(item))
                {
                    yield return item.Text!;
                }
            }

            progress?.Report(new AddressListImportProgress(Imported, Failed, octets, total));
            cancellation.ThrowIfCancellationRequested();
            length -= consumed;
            buffer.AsSpan(consumed, length).CopyTo(buffer);
            buffer = length < buffer.Length ? buffer : Larger(buffer, parser.Line);
        }
    }

    private bool Accept(AddressListItem item)
    {
        if ((item.Problem ?? AddressListEntry.ProblemWith(item.Text)) is { } problem)
        {
            Failed++;
            if (_failures.Count < MaximumFailures)
            {
                _failures.Add(new AddressListImportFailure(item.Line, problem));
            }

            return false;
        }

        if (Imported == MaximumEntries)
        {
            throw new AddressListImportException(item.Line, $"a list may have {MaximumEntries} entries, and this is one more");
        }

        Imported++;
        return true;
    }

    private static byte[] Larger(byte[] buffer, long line)
    {
        if (buffer.Length >= LargestBlock)
        {
            throw new AddressListImportException(line, $"a text is longer than {LargestBlock} octets");
        }

        Array.Resize(ref buffer, buffer.Length * 2);
        return buffer;
    }
}
