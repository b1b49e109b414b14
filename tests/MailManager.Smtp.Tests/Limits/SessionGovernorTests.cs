using System.Net;
using MailManager.Smtp.Limits;
using MailManager.Smtp.Replies;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Smtp.Tests.Limits;

public sealed class SessionGovernorTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<SessionGovernor> _governors = [];

    public void Dispose() => _governors.ForEach(governor => governor.Dispose());

    [Fact]
    public void Beyond_the_sessions_of_the_server_a_connection_hears_421_until_one_ends()
    {
        var governor = Governor(new SessionGovernorOptions { Sessions = 2 });
        var first = Reserve(governor);
        Reserve(governor);

        Assert.False(governor.TryReserve(out var permit, out var refusal));
        Assert.Null(permit);
        Assert.Equal(StandardReplies.TooManySessions, refusal);

        first.Dispose();
        first.Dispose();
        Reserve(governor);
        Assert.False(governor.TryReserve(out _, out _));
        Assert.Equal(2, governor.Sessions);
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", "192.0.2.2")]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2")]
    [InlineData("2001:db8::1", "2001:db8::ffff:0:1", "2001:db8:0:1::1")]
    public void A_client_has_its_sessions_and_others_theirs(string client, string same, string other)
    {
        var governor = Governor(new SessionGovernorOptions { SessionsPerAddress = 1 });
        var first = Admit(governor, client);

        Assert.Equal(GovernorReplies.TooManyFromAddress, Refuse(governor, same));
        Admit(governor, other);

        first.Dispose();
        Admit(governor, same);
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.254", "192.0.3.1")]
    [InlineData("2001:db8:1::1", "2001:db8:1:ffff::1", "2001:db8:2::1")]
    public void A_network_has_its_sessions_and_others_theirs(string client, string neighbour, string other)
    {
        var governor = Governor(new SessionGovernorOptions { SessionsPerNetwork = 1 });
        var first = Admit(governor, client);

        Assert.Equal(GovernorReplies.TooManyFromNetwork, Refuse(governor, neighbour));
        Admit(governor, other);

        first.Dispose();
        Admit(governor, neighbour);
    }

    [Fact]
    public void A_group_has_its_sessions_whoever_the_clients_are()
    {
        var governor = Governor(new SessionGovernorOptions());
        var first = Admit(governor, "192.0.2.1", "a", groupLimit: 1);

        Assert.Equal(GovernorReplies.TooManyOfGroup, Refuse(governor, "198.51.100.1", "a", groupLimit: 1));
        Admit(governor, "198.51.100.1", "b", groupLimit: 1);

        first.Dispose();
        Admit(governor, "198.51.100.1", "a", groupLimit: 1);
    }

    [Fact]
    public void What_was_refused_holds_nothing()
    {
        var governor = Governor(new SessionGovernorOptions { SessionsPerAddress = 3, SessionsPerNetwork = 2, ConnectionsPerMinute = 0 });
        Admit(governor, "192.0.2.1");
        Admit(governor, "192.0.2.1");
        Refuse(governor, "192.0.2.1");
        Refuse(governor, "192.0.2.2", groupLimit: 0);

        var (_, byGroup, networks) = Counts(governor);
        Assert.Equal([KeyValuePair.Create("in", 2)], byGroup);
        Assert.Equal([KeyValuePair.Create("192.0.2.0/24", 2)], networks);
        Assert.Equal(2, governor.Sessions);
        Assert.Equal(3, governor.Entries);
    }

    [Fact]
    public void Another_address_of_the_same_session_takes_the_place_of_the_first()
    {
        var governor = Governor(new SessionGovernorOptions { SessionsPerAddress = 1 });
        var permit = Admit(governor, "192.0.2.1");

        Assert.True(permit.TryAdmit(IPAddress.Parse("198.51.100.1"), "in", int.MaxValue, out _));
        Admit(governor, "192.0.2.1");
        Assert.Equal(GovernorReplies.TooManyFromAddress, Refuse(governor, "198.51.100.1"));
    }

    [Fact]
    public void Exempt_clients_are_counted_and_not_limited()
    {
        var governor = Governor(new SessionGovernorOptions
        {
            SessionsPerAddress = 1,
            SessionsPerNetwork = 1,
            ConnectionsPerMinute = 1,
            RecipientsPerMinute = 1,
            Exempt = [IPNetwork.Parse("10.0.0.0/8")],
        });

        var permits = Enumerable.Range(0, 3).Select(_ => Admit(governor, "::ffff:10.0.0.1")).ToArray();
        Assert.All(permits, permit => Assert.True(permit.TryTakeRecipient()));
        Assert.Equal([KeyValuePair.Create("10.0.0.0/24", 3)], Counts(governor).Networks);
        Admit(governor, "192.0.2.1");
        Refuse(governor, "192.0.2.1");
    }

    [Fact]
    public void Connections_are_counted_over_the_last_minute()
    {
        var governor = Governor(new SessionGovernorOptions { ConnectionsPerMinute = 3 });
        Admit(governor, "2001:db8::1").Dispose();
        _time.Advance(TimeSpan.FromSeconds(30));
        Admit(governor, "2001:db8::2").Dispose();
        Admit(governor, "2001:db8::3").Dispose();

        Assert.Equal(GovernorReplies.ConnectsTooOften, Refuse(governor, "2001:db8::4"));
        Admit(governor, "2001:db8:0:1::1");

        // The first one falls out of the window, the others not yet.
        _time.Advance(TimeSpan.FromSeconds(30));
        Admit(governor, "2001:db8::4").Dispose();
        Assert.Equal(GovernorReplies.ConnectsTooOften, Refuse(governor, "2001:db8::4"));
    }

    [Fact]
    public void Recipients_are_counted_over_the_last_minute_and_all_sessions_of_a_client()
    {
        var governor = Governor(new SessionGovernorOptions { RecipientsPerMinute = 2 });
        var (first, second) = (Admit(governor, "192.0.2.1"), Admit(governor, "192.0.2.1"));

        Assert.True(first.TryTakeRecipient());
        Assert.True(second.TryTakeRecipient());
        Assert.False(first.TryTakeRecipient());
        Assert.True(Admit(governor, "192.0.2.2").TryTakeRecipient());

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(first.TryTakeRecipient());
    }

    [Fact]
    public void Rates_of_zero_are_no_limit()
    {
        var governor = Governor(new SessionGovernorOptions { ConnectionsPerMinute = 0, RecipientsPerMinute = 0, SessionsPerAddress = 1000, SessionsPerNetwork = 1000 });
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.True(Admit(governor, "192.0.2.1").TryTakeRecipient()));
    }

    [Fact]
    public void Messages_in_flight_are_bounded_at_mail_and_at_connect()
    {
        var governor = Governor(new SessionGovernorOptions { MessagesInFlight = 1 });
        var (first, second) = (Admit(governor, "192.0.2.1"), Admit(governor, "192.0.2.1"));
        Assert.True(first.TryBeginMessage(out _));
        Assert.True(first.TryBeginMessage(out _));

        Assert.False(second.TryBeginMessage(out var refusal));
        Assert.Equal(GovernorReplies.NoRoomForMessage, refusal);
        Assert.False(governor.TryReserve(out _, out refusal));
        Assert.Equal(GovernorReplies.TooManyMessages, refusal);

        first.EndMessage();
        first.EndMessage();
        Assert.True(second.TryBeginMessage(out _));
        Assert.Equal(1, governor.Messages);

        second.Dispose();
        second.EndMessage();
        Assert.Equal(0, governor.Messages);
    }

    [Fact]
    public void Memory_is_bounded_at_mail_and_at_connect_and_what_has_begun_goes_on()
    {
        var governor = Governor(new SessionGovernorOptions { Memory = 1000 });
        var (first, second) = (Admit(governor, "192.0.2.1"), Admit(governor, "192.0.2.1"));
        Assert.True(first.TryBeginMessage(out _));
        governor.Memory.Add(1000);

        Assert.True(first.TryBeginMessage(out _));
        Assert.False(second.TryBeginMessage(out var refusal));
        Assert.Equal(GovernorReplies.NoMemoryForMessage, refusal);
        Assert.False(governor.TryReserve(out _, out refusal));
        Assert.Equal(GovernorReplies.ShortOfMemory, refusal);

        governor.Memory.Remove(1);
        Assert.True(second.TryBeginMessage(out _));
        Reserve(governor);
    }

    [Fact]
    public void A_snapshot_names_the_busiest_networks_first()
    {
        var governor = Governor(new SessionGovernorOptions());
        foreach (var (network, sessions) in ((int, int)[])[(1, 2), (2, 5), (3, 1), (4, 3)])
        {
            for (var i = 0; i < sessions; i++)
            {
                Admit(governor, $"192.0.{network}.{i}");
            }
        }

        Assert.Equal(["192.0.2.0/24", "192.0.4.0/24"], governor.Snapshot(2).BusiestNetworks.Select(entry => entry.Key));
        Assert.Equal([5, 3, 2, 1], governor.Snapshot(10).BusiestNetworks.Select(entry => entry.Value));
        Assert.Empty(governor.Snapshot(0).BusiestNetworks);
    }

    [Fact]
    public void Refusals_tell_no_numbers()
    {
        var replies = typeof(GovernorReplies).GetFields().Select(field => (SmtpReply)field.GetValue(null)!).ToArray();
        Assert.Equal(9, replies.Length);
        Assert.DoesNotContain(replies, reply => reply.Text.Any(char.IsDigit));
        Assert.Equal(replies.Length - 2, replies.Select(reply => reply.Text).Distinct().Count());
    }

    private static SessionPermit Reserve(SessionGovernor governor)
    {
        Assert.True(governor.TryReserve(out var permit, out _));
        return permit;
    }

    private static SessionPermit Admit(SessionGovernor governor, string client, string group = "in", int groupLimit = int.MaxValue)
    {
        var permit = Reserve(governor);
        Assert.True(permit.TryAdmit(IPAddress.Parse(client), group, groupLimit, out var refusal), refusal.Text);
        return permit;
    }

    private static SmtpReply Refuse(SessionGovernor governor, string client, string group = "in", int groupLimit = int.MaxValue)
    {
        using var permit = Reserve(governor);
        Assert.False(permit.TryAdmit(IPAddress.Parse(client), group, groupLimit, out var refusal));
        return refusal;
    }

    private static (int Sessions, IReadOnlyList<KeyValuePair<string, int>> ByGroup, IReadOnlyList<KeyValuePair<string, int>> Networks) Counts(SessionGovernor governor)
    {
        var snapshot = governor.Snapshot(10);
        return (snapshot.Sessions, snapshot.SessionsByGroup, snapshot.BusiestNetworks);
    }

    private SessionGovernor Governor(SessionGovernorOptions options)
    {
        var governor = new SessionGovernor(options, _time);
        _governors.Add(governor);
        return governor;
    }
}
