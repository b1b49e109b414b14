using System.Net;
using CsCheck;
using MailManager.Smtp.Limits;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Smtp.Tests.Limits;

/// <summary>Counts neither leak nor drift, whatever the order in which sessions come and go.</summary>
public class GovernorModelTests
{
    private const int Slots = 6;

    private static readonly SessionGovernorOptions Options = new()
    {
        Sessions = 5,
        SessionsPerAddress = 2,
        SessionsPerNetwork = 3,
        ConnectionsPerMinute = 0,
        RecipientsPerMinute = 0,
        MessagesInFlight = 2,
    };

    private static readonly IPAddress[] Clients =
        Array.ConvertAll((string[])["192.0.2.1", "192.0.2.2", "198.51.100.1", "2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"], IPAddress.Parse);

    private static readonly string[] Groups = ["a", "b"];

    private enum Operation
    {
        Reserve,
        Admit,
        BeginMessage,
        EndMessage,
        Dispose,
    }

    [Fact]
    public void Every_decision_is_the_models_and_nothing_is_left_at_the_end() =>
        Gen.Select(Gen.Enum<Operation>(), Gen.Int[0, Slots - 1], Gen.Int[0, Clients.Length - 1]).Array[0, 80].Sample(
            steps =>
            {
                using var governor = new SessionGovernor(Options, new FakeTimeProvider());
                var permits = new SessionPermit?[Slots];
                var model = new (int Client, bool HasMessage)?[Slots];
                foreach (var (operation, slot, client) in steps)
                {
                    Step(governor, permits, model, operation, slot, client);
                    Assert.Equal(model.Count(entry => entry is not null), governor.Sessions);
                    Assert.Equal(model.Count(entry => entry is { HasMessage: true }), governor.Messages);
                    Assert.Equal(
                        model.Where(entry => entry is { Client: >= 0 }).GroupBy(entry => Groups[entry!.Value.Client % 2]).ToDictionary(g => g.Key, g => g.Count()),
                        governor.Snapshot(0).SessionsByGroup.ToDictionary());
                }

                Array.ForEach(permits, permit => permit?.Dispose());
                Assert.Equal((0, 0, 0), (governor.Sessions, governor.Messages, governor.Entries));
            },
            iter: 5000);

    [Fact]
    public void Sessions_of_many_threads_leave_nothing_behind()
    {
        using var governor = new SessionGovernor(Options with { Sessions = 1000, ConnectionsPerMinute = 0 }, new FakeTimeProvider());
        Parallel.For(0, 50_000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            if (governor.TryReserve(out var permit, out _))
            {
                if (permit.TryAdmit(Clients[i % Clients.Length], Groups[i % 2], 3, out _))
                {
                    permit.TryBeginMessage(out _);
                }

                permit.Dispose();
            }
        });

        Assert.Equal((0, 0, 0), (governor.Sessions, governor.Messages, governor.Entries));
    }

    [Fact]
    public void Rates_of_a_million_addresses_take_a_bounded_table_that_empties_by_itself()
    {
        var table = new RateTable(1);
        for (var i = 0; i < 1_000_000; i++)
        {
            table.TryTake(new AddressBlock((UInt128)i << 96, 32, true));
        }

        Assert.Equal(RateTable.Capacity, table.Keys);
        for (var i = 0; i < 6; i++)
        {
            table.Advance();
        }

        Assert.Equal(0, table.Keys);
    }

    private static void Step(SessionGovernor governor, SessionPermit?[] permits, (int Client, bool HasMessage)?[] model, Operation operation, int slot, int client)
    {
        switch (operation)
        {
            case Operation.Reserve when permits[slot] is null:
                var isFree = model.Count(entry => entry is not null) < Options.Sessions
                    && model.Count(entry => entry is { HasMessage: true }) < Options.MessagesInFlight;
                Assert.Equal(isFree, governor.TryReserve(out permits[slot], out _));
                model[slot] = isFree ? (-1, false) : null;
                break;
            case Operation.Admit when permits[slot] is { } permit:
                var (_, hasMessage) = model[slot]!.Value;
                model[slot] = (-1, hasMessage);
                var others = model.Where(entry => entry is { Client: >= 0 }).Select(entry => entry!.Value.Client).ToArray();
                var isAdmitted = others.Count(other => AddressBlock.ClientOf(Clients[other]) == AddressBlock.ClientOf(Clients[client])) < Options.SessionsPerAddress
                    && others.Count(other => AddressBlock.NetworkOf(Clients[other]) == AddressBlock.NetworkOf(Clients[client])) < Options.SessionsPerNetwork
                    && others.Count(other => other % 2 == client % 2) < 3;
                Assert.Equal(isAdmitted, permit.TryAdmit(Clients[client], Groups[client % 2], 3, out _));
                model[slot] = (isAdmitted ? client : -1, hasMessage);
                break;
            case Operation.BeginMessage when permits[slot] is { } permit:
                var begins = model[slot]!.Value.HasMessage || model.Count(entry => entry is { HasMessage: true }) < Options.MessagesInFlight;
                Assert.Equal(begins, permit.TryBeginMessage(out _));
                model[slot] = model[slot]!.Value with { HasMessage = begins };
                break;
            case Operation.EndMessage when permits[slot] is { } permit:
                permit.EndMessage();
                model[slot] = model[slot]!.Value with { HasMessage = false };
                break;
            case Operation.Dispose when permits[slot] is { } permit:
                permit.Dispose();
                (permits[slot], model[slot]) = (null, null);
                break;
        }
    }
}
