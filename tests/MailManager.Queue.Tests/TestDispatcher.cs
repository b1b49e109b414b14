using System.Threading.Channels;

namespace MailManager.Queue.Tests;

/// <summary>Gathers what is dispatched; the test settles.</summary>
internal sealed class TestDispatcher : IDeliveryDispatcher
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Channel<QueuedDelivery> _dispatched = Channel.CreateUnbounded<QueuedDelivery>();

    /// <summary>Called for each delivery before it can be taken.</summary>
    public Action<QueuedDelivery>? OnDispatch { get; set; }

    public int Waiting => _dispatched.Reader.Count;

    public void Dispatch(QueuedDelivery delivery)
    {
        OnDispatch?.Invoke(delivery);
        _dispatched.Writer.TryWrite(delivery);
    }

    /// <summary>The next delivery; fails when none comes.</summary>
    public Task<QueuedDelivery> TakeAsync() => _dispatched.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public bool TryTake(out QueuedDelivery? delivery) => _dispatched.Reader.TryRead(out delivery);
}
