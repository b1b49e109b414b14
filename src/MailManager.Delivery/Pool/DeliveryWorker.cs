using System.Threading.Tasks.Sources;
using MailManager.Delivery.Routing;
using MailManager.Delivery.Shaping;
using MailManager.Queue;
using MailManager.Smtp.Client;

namespace MailManager.Delivery.Pool;

/// <summary>
/// Owns one connection of a destination and carries one delivery after the other over it. While it has none, its destination owns it and
/// wakes it through the value task that it returned. One reusable wait, no allocation for each.
/// </summary>
internal sealed class DeliveryWorker(DestinationQueue destination) : IValueTaskSource<QueuedDelivery?>
{
    private ManualResetValueTaskSourceCore<QueuedDelivery?> _wait = new() { RunContinuationsAsynchronously = true };

    public SmtpClientConnection? Connection { get; private set; }

    /// <summary>The route that the connection was opened for.</summary>
    public Route? Route { get; private set; }

    /// <summary>The connection has carried as many messages as the server or the limits of the destination allow.</summary>
    public bool IsUsedUp => Connection is { } connection && (MustClose || connection.IsUsedUp || destination.IsEnough(connection.Transactions));

    /// <summary>A reply pattern wants the connection closed.</summary>
    public bool MustClose { get; set; }

    /// <summary>Name of the server of the last connection, which may be closed by now; null before the first.</summary>
    public string? LastServer { get; private set; }

    /// <summary>How long the server took for its reply to the last message, where it took it, until the destination takes it in; null: not measured.</summary>
    public TimeSpan? ReplyTime { get; set; }

    /// <summary>How the last attempt ended, until its destination takes it in.</summary>
    public AttemptSign Sign { get; set; }

    /// <summary>The round that the attempt began in; the destination's.</summary>
    public int Round { get; set; }

    /// <summary>It may open a connection without asking again; the destination's.</summary>
    public bool IsGranted { get; set; }

    /// <summary>It gets no work any more; the destination's.</summary>
    public bool IsEnding { get; set; }

    /// <summary>It ends so that another destination gets a connection; the destination's.</summary>
    public bool GivesWay { get; set; }

    public OutgoingMessageFactory Messages { get; } = new();

    /// <summary>Timestamp since when it is idle; the destination's.</summary>
    public long IdleSince { get; set; }

    /// <summary>Called by the destination under its lock.</summary>
    public ValueTask<QueuedDelivery?> Park()
    {
        _wait.Reset();
        return new ValueTask<QueuedDelivery?>(this, _wait.Version);
    }

    /// <summary>Ends the wait; null: close and end. Exactly once after each <see cref="Park"/>.</summary>
    public void Wake(QueuedDelivery? delivery) => _wait.SetResult(delivery);

    public void Attach(SmtpClientConnection connection, Route route)
    {
        Connection = connection;
        LastServer = connection.ServerName;
        MustClose = false;
        Route = route;
        destination.OnOpened(this);
    }

    /// <summary>Asks for a new connection. False: the rate of connections does not allow it now.</summary>
    public bool MayConnect()
    {
        var isGranted = IsGranted;
        IsGranted = false;
        return isGranted || destination.TakeConnection();
    }

    /// <summary>Closes the connection, if there is one, without ceremony.</summary>
    public async ValueTask DropAsync()
    {
        if (Detach() is { } connection)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Closes the connection, if there is one, with QUIT.</summary>
    public async ValueTask QuitAsync()
    {
        if (Detach() is { } connection)
        {
            await connection.QuitAsync().ConfigureAwait(false);
        }
    }

    QueuedDelivery? IValueTaskSource<QueuedDelivery?>.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<QueuedDelivery?>.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource<QueuedDelivery?>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    private SmtpClientConnection? Detach()
    {
        if (Connection is not { } connection)
        {
            return null;
        }

        Connection = null;
        Route = null;
        destination.OnClosed(this);
        return connection;
    }
}
