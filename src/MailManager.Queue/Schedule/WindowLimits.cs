namespace MailManager.Queue.Schedule;

/// <summary>How many deliveries may be in memory, in all and of one destination. Immutable.</summary>
internal sealed class WindowLimits(MailQueueOptions options)
{
    /// <summary>Deliveries that every destination may have in memory, however many others have.</summary>
    private const int FairShare = 20;

    /// <summary>Deliveries of one destination that the dispatcher has at most.</summary>
    public int Outstanding => options.DispatchWindow;

    /// <summary>New deliveries, of all destinations, that wait in memory although theirs has no room.</summary>
    public int Waiting => options.MaxWaitingInMemory;

    /// <summary>How many more deliveries of this destination may be in memory.</summary>
    /// <param name="destination">Which.</param>
    /// <param name="inMemory">Deliveries in memory, of all destinations.</param>
    public int Space(Destination destination, int inMemory) => Limit(inMemory) - destination.Outstanding - destination.Waiting.Count;

    /// <summary>Its rows may be read: none are for one or two, and none while others wait.</summary>
    /// <param name="destination">Which.</param>
    /// <param name="inMemory">Deliveries in memory, of all destinations.</param>
    public bool IsRoomForLoad(Destination destination, int inMemory) =>
        destination.Waiting.Count == 0 && Space(destination, inMemory) >= Math.Max(1, Limit(inMemory) / 4);

    private int Limit(int inMemory) => inMemory < options.MaxInMemory ? Outstanding : Math.Min(Outstanding, FairShare);
}
