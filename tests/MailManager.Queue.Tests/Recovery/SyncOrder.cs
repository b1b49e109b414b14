using System.Text.RegularExpressions;

namespace MailManager.Queue.Tests.Recovery;

/// <summary>Reads the system calls of a <see cref="WriterProcess"/>, as strace writes them, and finds acknowledgements that came too early.</summary>
internal sealed partial class SyncOrder
{
    private const string Log = "queue.db-wal";
    private const string Bodies = "bodies";

    private readonly Dictionary<string, (int Line, string File)> _tried = [];
    private readonly Dictionary<string, (string Name, int Line)> _running = [];

    /// <summary>By name, the line on which the last successful sync began.</summary>
    private readonly Dictionary<string, int> _synced = [];
    private readonly HashSet<string> _named = [];
    private int _line;

    public List<string> Violations { get; } = [];

    public int Acknowledged { get; private set; }

    public int AcknowledgedFiles { get; private set; }

    public void Read(string line)
    {
        _line++;
        var thread = line[..line.IndexOf(' ', StringComparison.Ordinal)];
        if (Sync().Match(line) is { Success: true } sync)
        {
            _running[thread] = (Path.GetFileName(sync.Groups["path"].Value), _line);
        }

        if (SyncEnd().IsMatch(line) && _running.Remove(thread, out var ended))
        {
            _synced[ended.Name] = ended.Line;
        }
        else if (Said().Match(line) is { Success: true } said)
        {
            var id = said.Groups["id"].Value;
            if (said.Groups["word"].Value == "try")
            {
                _tried[id] = (_line, said.Groups["file"].Value);
            }
            else
            {
                Check(id);
            }
        }
    }

    private void Check(string id)
    {
        var (line, file) = _tried[id];
        Acknowledged++;
        Require(Log, line);
        if (file != "-")
        {
            AcknowledgedFiles++;
            Require(file, line);

            // The name of a file that was another message's before is durable already.
            if (_named.Add(file))
            {
                Require(Bodies, line);
            }
        }

        void Require(string name, int since)
        {
            if (_synced.GetValueOrDefault(name) < since)
            {
                Violations.Add($"{id} was acknowledged on line {_line}; {name} was not synced since line {since}.");
            }
        }
    }

    [GeneratedRegex(@"f(data)?sync\(\d+<(?<path>[^>]+)>")]
    private static partial Regex Sync();

    [GeneratedRegex(@"f(data)?sync.*\) += 0$")]
    private static partial Regex SyncEnd();

    [GeneratedRegex(@"write\(\d+<pipe:[^>]*>, ""(?<word>try|ok) (?<id>\w+)( (?<file>[\w-]+))?\\n""")]
    private static partial Regex Said();
}
