using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using MailManager.Resources.IngressPoints;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Protection;

/// <summary>
/// Remembers who has come before (RFC 6647). One task owns the store; clients that have proved themselves are answered from memory. Never in the
/// way of mail: when the store cannot be used or does not keep up, everybody passes, and it is tried again each minute. Thread-safe.
/// </summary>
internal sealed class Greylist : IAsyncDisposable
{
    /// <summary>Questions that wait for the store; beyond, clients pass.</summary>
    internal const int MaxWaiting = 10_000;

    /// <summary>Questions answered by one transaction.</summary>
    private const int MaxBatch = 500;

    /// <summary>Networks that pass from memory, some 80 octets each.</summary>
    private const int MaxKnown = 100_000;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>How long a network passes from memory before the store is told that it still comes.</summary>
    private static readonly TimeSpan KnownFor = TimeSpan.FromHours(1);

    private readonly string _path;
    private readonly int _maxTriplets;
    private readonly TimeProvider _time;
    private readonly ILogger<Greylist> _logger;
    private readonly ConcurrentDictionary<UInt128, DateTimeOffset> _known = new();
    private readonly Channel<Question> _questions = Channel.CreateBounded<Question>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly Task _running;
    private volatile byte[]? _secret;
    private GreylistStore? _store;
    private DateTimeOffset _nextOpening;
    private DateTimeOffset _nextPurge;
    private long _nextWarning;

    private Greylist(string path, int maxTriplets, TimeProvider time, ILogger<Greylist> logger)
    {
        _path = path;
        _maxTriplets = maxTriplets;
        _time = time;
        _logger = logger;
        OpenStore(isReopening: false);
        _running = Task.Run(RunAsync);
    }

    /// <summary>Opens or creates the store; a file that is damaged is put aside. Never fails: without a store everybody passes.</summary>
    /// <param name="path">The database, such as <c>greylist.db</c> in the data directory.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For faults.</param>
    /// <param name="maxTriplets">Beyond, strangers pass.</param>
    public static Greylist Open(string path, TimeProvider time, ILogger<Greylist> logger, int maxTriplets = GreylistStore.DefaultMaxTriplets) =>
        new(path, maxTriplets, time, logger);

    /// <summary>Whether a client has to come again. Never fails.</summary>
    public ValueTask<GreylistVerdict> CheckAsync(GreylistingSettings options, IPAddress client, string reversePath, string recipient)
    {
        client = client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client;
        foreach (var range in options.Exempt)
        {
            if (range.Contains(client))
            {
                return ValueTask.FromResult(GreylistVerdict.Known);
            }
        }

        // Without a store there is no key; the question still goes to the task, which opens the store again when it is time.
        var secret = _secret;
        var network = secret is null ? 0 : GreylistKey.OfNetwork(secret, client);
        if (_known.TryGetValue(network, out var until) && until > _time.GetUtcNow())
        {
            return ValueTask.FromResult(GreylistVerdict.Known);
        }

        var question = new Question(secret, network, secret is null ? 0 : GreylistKey.OfTriplet(secret, client, reversePath, recipient), options);
        if (_questions.Writer.TryWrite(question))
        {
            return new ValueTask<GreylistVerdict>(question.Answer.Task);
        }

        WarnOfOverload();
        return ValueTask.FromResult(GreylistVerdict.NoStore);
    }

    /// <summary>Answers what waits, and closes the store.</summary>
    public async ValueTask DisposeAsync()
    {
        _questions.Writer.TryComplete();
        await _running.ConfigureAwait(false);
        CloseStore();
    }

    private async Task RunAsync()
    {
        var batch = new List<Question>(MaxBatch);
        while (await _questions.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (batch.Count < MaxBatch && _questions.Reader.TryRead(out var question))
            {
                batch.Add(question);
            }

            if (_store is null && _time.GetUtcNow() >= _nextOpening)
            {
                OpenStore(isReopening: true);
            }

            Decide(batch);
            foreach (var question in batch)
            {
                question.Answer.SetResult(question.Verdict);
            }

            batch.Clear();
        }
    }

    /// <summary>Verdicts count only when they are written: a full disk must not turn "come again" into "never".</summary>
    private void Decide(List<Question> batch)
    {
        if (_store is not { } store)
        {
            return;
        }

        var now = _time.GetUtcNow();
        try
        {
            using (var transaction = store.Begin())
            {
                if (now >= _nextPurge)
                {
                    _nextPurge = store.Purge(now.ToUnixTimeMilliseconds()) ? now : now + Minute;
                }

                foreach (var question in batch.Where(question => question.Secret == store.Secret))
                {
                    question.Verdict = store.Decide(question.Network, question.Triplet, question.Options, now.ToUnixTimeMilliseconds());
                }

                transaction.Commit();
            }

            Remember(batch, now);
        }
        catch (Exception fault)
        {
            // Whatever it is, sessions wait for a verdict.
            batch.ForEach(question => question.Verdict = GreylistVerdict.NoStore);
            Fail(fault);
        }
    }

    private void Remember(List<Question> batch, DateTimeOffset now)
    {
        foreach (var question in batch)
        {
            if (question.Verdict == GreylistVerdict.Known)
            {
                if (_known.Count >= MaxKnown)
                {
                    _known.Clear();
                }

                _known[question.Network] = now + TimeSpan.FromTicks(Math.Min(KnownFor.Ticks, question.Options.Lifetime.Ticks));
            }
            else if (question.Verdict == GreylistVerdict.NoStore && question.Secret is not null)
            {
                WarnOfOverload();
            }
        }
    }

    private void OpenStore(bool isReopening)
    {
        try
        {
            _store = OpenOrReplace();
            _secret = _store.Secret;
            if (isReopening)
            {
                ProtectionLog.GreylistRecovered(_logger, _path);
            }
        }
        catch (Exception fault)
        {
            Fail(fault);
        }
    }

    private GreylistStore OpenOrReplace()
    {
        try
        {
            return GreylistStore.Open(_path, _maxTriplets);
        }
        catch (SqliteException fault) when (GreylistStore.IsDamage(fault))
        {
            var aside = _path + ".damaged";
            File.Delete(_path + "-wal");
            File.Delete(_path + "-shm");
            File.Move(_path, aside, overwrite: true);
            ProtectionLog.GreylistDamaged(_logger, _path, aside, fault);
            return GreylistStore.Open(_path, _maxTriplets);
        }
    }

    private void Fail(Exception fault)
    {
        ProtectionLog.GreylistFailed(_logger, _path, fault);
        CloseStore();
        _nextOpening = _time.GetUtcNow() + Minute;
    }

    private void CloseStore()
    {
        _secret = null;
        _known.Clear();
        _store?.Dispose();
        _store = null;
    }

    private void WarnOfOverload()
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var next = Volatile.Read(ref _nextWarning);
        if (now >= next && Interlocked.CompareExchange(ref _nextWarning, now + (long)Minute.TotalMilliseconds, next) == next)
        {
            ProtectionLog.GreylistOverloaded(_logger, _path);
        }
    }

    /// <summary>A client that waits for a verdict.</summary>
    private sealed class Question(byte[]? secret, UInt128 network, UInt128 triplet, GreylistingSettings options)
    {
        /// <summary>The key that the hashes were made with: another store cannot make anything of them.</summary>
        public byte[]? Secret => secret;

        public UInt128 Network => network;

        public UInt128 Triplet => triplet;

        public GreylistingSettings Options => options;

        public TaskCompletionSource<GreylistVerdict> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public GreylistVerdict Verdict { get; set; } = GreylistVerdict.NoStore;
    }
}

/// <summary>Why a client passes or has to come again.</summary>
internal enum GreylistVerdict
{
    /// <summary>Comes again: never seen with this sender and recipient, or too long ago.</summary>
    FirstTry,

    /// <summary>Comes again: has not waited long enough.</summary>
    TooEarly,

    /// <summary>Passes: has waited, now or before.</summary>
    Passed,

    /// <summary>Passes: exempt, or has passed often enough with whatever senders and recipients.</summary>
    Known,

    /// <summary>Passes: the store does not answer.</summary>
    NoStore,
}
