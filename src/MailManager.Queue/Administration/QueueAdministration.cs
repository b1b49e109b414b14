using MailManager.Messages.Envelope;
using MailManager.Queue.Spool;

namespace MailManager.Queue.Administration;

/// <summary>What operators ask the queue and order it to do. Thread-safe; every method throws <see cref="SpoolException"/> when the spool fails.</summary>
public sealed class QueueAdministration
{
    /// <summary>Deliveries that one transaction changes.</summary>
    public const int BatchSize = 500;

    /// <summary>For deliveries that are just coming back from their attempt: they are somewhere else a commit later.</summary>
    private const int Tries = 5;

    private readonly SpoolCatalog _catalog;
    private readonly Func<DeliveryOrder, IReadOnlyList<long>, Task<OrderOutcome>> _order;

    internal QueueAdministration(SpoolCatalog catalog, Func<DeliveryOrder, IReadOnlyList<long>, Task<OrderOutcome>> order)
    {
        _catalog = catalog;
        _order = order;
    }

    /// <summary>Up to <paramref name="limit"/> deliveries that the filter selects, from <paramref name="after"/>, which is 0 or the last page's <see cref="QueuePage.Next"/>.</summary>
    public Task<QueuePage> ReadAsync(QueueFilter filter, long after, int limit) => Task.Run(() => _catalog.Read(filter, after, limit));

    /// <summary>A message with its deliveries and its history, found by its id without a look at others; null: it is not in the queue.</summary>
    public Task<QueuedMessageEntry?> FindAsync(MessageId id) => Task.Run(() => _catalog.Find(id));

    /// <summary>What is kept of a delivery's attempts, with their numbers, in their order: the first 5 and the last 15.</summary>
    public Task<IReadOnlyList<(int Number, DeliveryAttempt Attempt)>> ReadAttemptsAsync(long delivery) => Task.Run(() => _catalog.ReadAttempts(delivery));

    /// <summary>
    /// Carries out an order for up to <see cref="BatchSize"/> deliveries. For those that are with the dispatcher it counts when they come back.
    /// Returns for how many it counts: not for those that are gone, or to which it says nothing.
    /// </summary>
    public async Task<int> OrderAsync(DeliveryOrder order, IReadOnlyList<long> deliveries)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(deliveries.Count, BatchSize);
        var done = 0;
        for (var tries = 0; tries < Tries && deliveries.Count > 0; tries++)
        {
            var outcome = await _order(order, deliveries).ConfigureAwait(false);
            done += outcome.Done;
            deliveries = outcome.Again;
        }

        return done;
    }
}
