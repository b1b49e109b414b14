using System.Net;
using MailManager.Delivery.Egress;
using MailManager.Smtp.Client;

namespace MailManager.Delivery.Routing;

/// <summary>
/// Connects to one of the addresses of a host: one after the other, the next as soon as one has failed or has not answered for a quarter of a second;
/// the first that answers wins, and the others are given up (RFC 8305 §5). Thread-safe.
/// </summary>
/// <param name="connect">Connects to one address, as <see cref="SmtpConnector.ConnectAsync"/> does.</param>
/// <param name="time">For the delay between two attempts.</param>
internal sealed class AddressRace(ConnectToAddress connect, TimeProvider time)
{
    /// <summary>RFC 8305 §5: Connection Attempt Delay.</summary>
    internal static readonly TimeSpan Stagger = TimeSpan.FromMilliseconds(250);

    /// <summary>Exactly one of connection and failure is given.</summary>
    /// <param name="candidates">At least one. Those that failed, and the one that won, are taken out; others may be tried later.</param>
    /// <param name="source">With an address of the family of each candidate; null: the system chooses.</param>
    /// <param name="timeout">For each TCP handshake.</param>
    /// <param name="observer">Hears of each address; null: nobody listens.</param>
    /// <param name="cancellationToken">Gives up; reported as a failure of ours.</param>
    public async ValueTask<(SmtpClientConnection? Connection, SmtpFailure? Failure)> ConnectAsync(
        List<IPEndPoint> candidates, EgressSource? source, TimeSpan timeout, IDialogueObserver? observer, CancellationToken cancellationToken)
    {
        if (candidates is [var only])
        {
            candidates.Clear();
            return await ConnectAsync(only, source, timeout, observer, cancellationToken).ConfigureAwait(false);
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waiting = new Queue<IPEndPoint>(candidates);
        var running = new List<(IPEndPoint Address, Task<(SmtpClientConnection? Connection, SmtpFailure? Failure)> Attempt)>();
        SmtpFailure? failure = null;
        while (waiting.Count > 0 || running.Count > 0)
        {
            if (waiting.TryDequeue(out var next))
            {
                running.Add((next, ConnectAsync(next, source, timeout, observer, over.Token).AsTask()));
            }

            var ended = await WaitAsync(running.ConvertAll(runner => (Task)runner.Attempt), waiting.Count > 0, over.Token).ConfigureAwait(false);
            if (cancellationToken.IsCancellationRequested)
            {
                waiting.Clear();
            }

            var index = running.FindIndex(runner => runner.Attempt == ended);
            if (index < 0)
            {
                continue;
            }

            var (address, attempt) = running[index];
            running.RemoveAt(index);
            candidates.Remove(address);
            var (connection, refusal) = await attempt.ConfigureAwait(false);
            if (connection is not null)
            {
                await over.CancelAsync().ConfigureAwait(false);
                foreach (var (_, loser) in running)
                {
                    await CloseAsync(loser).ConfigureAwait(false);
                }

                return (connection, null);
            }

            failure = refusal;
        }

        return (null, failure);
    }

    private async ValueTask<(SmtpClientConnection? Connection, SmtpFailure? Failure)> ConnectAsync(
        IPEndPoint address, EgressSource? source, TimeSpan timeout, IDialogueObserver? observer, CancellationToken cancellationToken)
    {
        observer?.Connecting(address);
        var (connection, failure) = await connect(address, source?.AddressFor(address.AddressFamily), timeout, cancellationToken).ConfigureAwait(false);
        if (failure is not null && !cancellationToken.IsCancellationRequested)
        {
            observer?.Failed(failure);
        }

        return (connection, failure);
    }

    /// <summary>The attempt that has ended; null: it is time for the next one.</summary>
    private async ValueTask<Task?> WaitAsync(List<Task> attempts, bool hasNext, CancellationToken cancellationToken)
    {
        if (!hasNext)
        {
            return await Task.WhenAny(attempts).ConfigureAwait(false);
        }

        using var step = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var delay = Task.Delay(Stagger, time, step.Token);
        var ended = await Task.WhenAny([.. attempts, delay]).ConfigureAwait(false);
        await step.CancelAsync().ConfigureAwait(false);
        return ended == delay ? null : ended;
    }

    private static async ValueTask CloseAsync(Task<(SmtpClientConnection? Connection, SmtpFailure? Failure)> loser)
    {
        if (await loser.ConfigureAwait(false) is ({ } late, _))
        {
            await late.DisposeAsync().ConfigureAwait(false);
        }
    }
}

/// <summary>See <see cref="SmtpConnector.ConnectAsync"/>.</summary>
internal delegate ValueTask<(SmtpClientConnection? Connection, SmtpFailure? Failure)> ConnectToAddress(
    IPEndPoint address, IPAddress? from, TimeSpan timeout, CancellationToken cancellationToken);
