using System.Collections.Immutable;
using CsCheck;
using MailManager.Messages.Envelope;
using MailManager.Smtp.Grammar;
using Microsoft.Extensions.Time.Testing;
using static MailManager.Queue.Tests.TestMessages;

namespace MailManager.Queue.Tests.Recovery;

public sealed class OptionsTests : IDisposable
{
    private readonly SpoolDirectory _directory = new();
    private readonly FakeTimeProvider _time = new(Epoch);

    public void Dispose() => _directory.Dispose();

    /// <summary>Each recipient's ORCPT names it, so that a mix-up would show.</summary>
    [Fact]
    public async Task Options_stay_with_their_recipients_through_partial_settlement_and_recovery()
    {
        var samples = new List<int[]>();
        Gen.Int[0, 2].Array[1, 15].Sample(samples.Add, iter: 25, threads: 1);
        foreach (var fates in samples)
        {
            var envelope = new MailOptions { IsUtf8 = true, EnvelopeId = "E" + fates.Length };
            var remain = new List<string>();
            var next = _time.GetUtcNow().AddMinutes(1);
            await using (var queue = _directory.Open(_time))
            {
                var dispatcher = new TestDispatcher();
                queue.Start(dispatcher);
                await AcceptAsync(queue, Ask(Message(Ask(fates)), envelope), Content(100));
                var delivery = await dispatcher.TakeAsync();
                var left = Enumerable.Range(0, fates.Length).Where(i => fates[i] != 0 || i == 0).ToArray();
                queue.Settle(delivery, new DeliverySettlement
                {
                    Remaining = [.. left.Select(i => delivery.Instructions.Recipients[i])],
                    RemainingOptions = delivery.Instructions.RecipientOptions.IsEmpty ? [] : [.. left.Select(i => delivery.Instructions.RecipientOptions[i])],
                    NextAttemptAt = next,
                    Failure = "busy",
                });
                AssertAligned(delivery.Instructions, fates, left);
            }

            await using var reopened = _directory.Open(_time);
            var again = new TestDispatcher();
            reopened.Start(again);
            _time.Advance(TimeSpan.FromMinutes(2));
            var recovered = await again.TakeAsync();
            AssertAligned(recovered.Instructions, fates, [.. Enumerable.Range(0, fates.Length).Where(i => fates[i] != 0 || i == 0)]);
            Assert.Equal(envelope, recovered.Envelope.Options);
            reopened.Settle(recovered, new DeliverySettlement());
        }
    }

    [Fact]
    public async Task A_change_of_options_alone_is_durable()
    {
        await using (var queue = _directory.Open(_time))
        {
            var dispatcher = new TestDispatcher();
            queue.Start(dispatcher);
            await AcceptAsync(queue, Message(Ask([2])), Content(100));
            var delivery = await dispatcher.TakeAsync();
            queue.Settle(delivery, new DeliverySettlement
            {
                Remaining = delivery.Instructions.Recipients,
                RemainingOptions = [delivery.Instructions.RecipientOptions[0]! with { HasDelayNotice = true }],
                NextAttemptAt = Epoch.AddMinutes(1),
            });
        }

        await using var reopened = _directory.Open(_time);
        var again = new TestDispatcher();
        reopened.Start(again);
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.True((await again.TakeAsync()).Instructions.RecipientOptions[0]!.HasDelayNotice);
    }

    [Fact]
    public async Task Options_that_do_not_fit_the_recipients_are_refused_before_anything_changes()
    {
        await using var queue = _directory.Open(_time);
        var dispatcher = new TestDispatcher();
        queue.Start(dispatcher);
        await AcceptAsync(queue, Message(To("relay:a", "x@example.com", "y@example.com")), Content(100));
        var delivery = await dispatcher.TakeAsync();
        Assert.Throws<ArgumentException>(() => queue.Settle(delivery, new DeliverySettlement { Remaining = ["y@example.com"], RemainingOptions = [null, null] }));
        queue.Settle(delivery, new DeliverySettlement());
    }

    private static DeliveryInstructions Ask(int[] fates)
    {
        ImmutableArray<string> recipients = [.. fates.Select((_, i) => $"u{i}@example.com")];
        var options = recipients.Select((recipient, i) => fates[i] == 2 ? new RecipientOptions(DsnNotify.Delay, "rfc822;" + recipient) : null).ToArray();
        return To("relay:a", recipients) with { RecipientOptions = Array.TrueForAll(options, option => option is null) ? [] : [.. options] };
    }

    private static QueuedMessage Ask(QueuedMessage message, MailOptions options) => new()
    {
        Id = message.Id,
        Origin = message.Origin,
        ReceivedAt = message.ReceivedAt,
        ExpiresAt = message.ExpiresAt,
        Envelope = message.Envelope with { Options = options },
        Deliveries = message.Deliveries,
    };

    private static void AssertAligned(DeliveryInstructions instructions, int[] fates, int[] left)
    {
        Assert.Equal(left.Select(i => $"u{i}@example.com"), instructions.Recipients);
        Assert.Equal(
            left.Select(i => fates[i] == 2 ? $"rfc822;u{i}@example.com" : null),
            instructions.Recipients.Select((_, i) => instructions.OptionsOf(i)?.OriginalRecipient));
    }
}
