namespace MailManager.TestKit.Peers;

/// <summary>Stages of a session at which a script can act: the verbs, and these.</summary>
public static class PeerStage
{
    /// <summary>A connection was accepted; the greeting is due.</summary>
    public const string Connect = "CONNECT";

    /// <summary>The client's first octets of a TLS handshake came. What is sent here is clear text, and the session ends.</summary>
    public const string Handshake = "HANDSHAKE";

    /// <summary>A line of an AUTH exchange came.</summary>
    public const string AuthResponse = "AUTH-RESPONSE";

    /// <summary>The first octets of a message came.</summary>
    public const string Content = "CONTENT";

    /// <summary>The final dot or BDAT LAST came.</summary>
    public const string EndOfData = ".";
}

/// <summary>Deviations from what a friendly server would do. Thread-safe; may be changed while the server runs.</summary>
public sealed class PeerScript
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _reached = new(StringComparer.Ordinal);
    private readonly List<(string Stage, int Count, TaskCompletionSource Reached)> _waiting = [];
    private readonly List<(string Stage, int? Occurrence, int? Session, PeerAction Action)> _entries = [];
    private readonly TaskCompletionSource _firstFollowed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _followed;

    /// <summary>The name in the EHLO reply.</summary>
    public string Name { get; set; } = "peer.test";

    /// <summary>
    /// LMTP (RFC 2033): LHLO, and at <see cref="PeerStage.EndOfData"/> a reply for each recipient, so that the stage is reached once for each of
    /// them; a message is kept for each that is answered 2yz.
    /// </summary>
    public bool IsLmtp { get; set; }

    /// <summary>Keywords of the EHLO reply.</summary>
    public IList<string> Extensions { get; } = ["PIPELINING", "SIZE 52428800", "8BITMIME", "ENHANCEDSTATUSCODES"];

    /// <summary>Acts at a stage. Of several entries that fit, the last one counts.</summary>
    /// <param name="stage">A verb in upper case or a <see cref="PeerStage"/>.</param>
    /// <param name="action">What to do.</param>
    /// <param name="occurrence">Only the nth time, from 1, counted over all sessions; null: always.</param>
    /// <param name="session">Only in the nth session, from 1; null: in each.</param>
    public PeerScript On(string stage, PeerAction action, int? occurrence = null, int? session = null)
    {
        lock (_gate)
        {
            _entries.Add((stage, occurrence, session, action));
        }

        return this;
    }

    /// <summary>As above, with a reply.</summary>
    public PeerScript On(string stage, string reply, int? occurrence = null, int? session = null) =>
        On(stage, PeerAction.Reply(reply), occurrence, session);

    /// <summary>How often an entry was followed.</summary>
    public int Followed
    {
        get
        {
            lock (_gate)
            {
                return _followed;
            }
        }
    }

    /// <summary>Waits until an entry is followed.</summary>
    public Task FollowedAsync() => _firstFollowed.Task.WaitAsync(ScriptedSmtpServer.Patience);

    /// <summary>Forgets all entries.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _entries.Clear();
        }
    }

    /// <summary>How often a stage was reached.</summary>
    public int Reached(string stage)
    {
        lock (_gate)
        {
            return _reached.GetValueOrDefault(stage);
        }
    }

    /// <summary>Waits until a stage was reached so many times.</summary>
    public Task WaitForAsync(string stage, int count = 1)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_reached.GetValueOrDefault(stage) >= count)
            {
                return Task.CompletedTask;
            }

            _waiting.Add((stage, count, reached));
        }

        return reached.Task.WaitAsync(ScriptedSmtpServer.Patience);
    }

    /// <summary>An entry for the stage exists.</summary>
    internal bool Mentions(string stage)
    {
        lock (_gate)
        {
            return _entries.Exists(entry => entry.Stage == stage);
        }
    }

    internal PeerAction? Next(string stage, int session)
    {
        lock (_gate)
        {
            var occurrence = _reached.GetValueOrDefault(stage) + 1;
            _reached[stage] = occurrence;
            foreach (var (_, _, reached) in _waiting.Where(entry => entry.Stage == stage && entry.Count <= occurrence))
            {
                reached.TrySetResult();
            }

            PeerAction? action = _entries.FindLast(entry => entry.Stage == stage
                && (entry.Occurrence is null || entry.Occurrence == occurrence)
                && (entry.Session is null || entry.Session == session)).Action;
            if (action is not null)
            {
                _followed++;
                _firstFollowed.TrySetResult();
            }

            return action;
        }
    }
}
