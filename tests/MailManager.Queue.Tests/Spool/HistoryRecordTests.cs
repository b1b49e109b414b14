using System.Collections.Immutable;
using System.Net;
using System.Security.Authentication;
using CsCheck;
using MailManager.Messages.Envelope;
using MailManager.Queue.History;
using MailManager.Queue.Spool;

namespace MailManager.Queue.Tests.Spool;

public sealed class HistoryRecordTests
{
    private static readonly Gen<string> Text = Gen.String[Gen.Char['\0', '\uD7FF'], 0, 40];
    private static readonly Gen<string?> Given = Gen.Bool.SelectMany(isGiven => isGiven ? Text.Select(text => (string?)text) : Gen.Const((string?)null));
    private static readonly Gen<ImmutableArray<string>> Paths = Text.Array[0, 5].Select(texts => texts.ToImmutableArray());

    private static readonly Gen<SessionHistory> Session =
        from id in Text
        from address in Gen.OneOf(Gen.Byte.Array[4], Gen.Byte.Array[16])
        from port in Gen.Int[0, 65_535]
        from helo in Text
        from flags in Gen.Bool.Array[3]
        from tls in Gen.OneOf(Gen.Const(SslProtocols.None), Gen.Const(SslProtocols.Tls12), Gen.Const(SslProtocols.Tls13))
        from cipherSuite in Text
        from names in Given.Array[2]
        select new SessionHistory
        {
            Id = id,
            Client = new IPEndPoint(new IPAddress(address), port),
            Helo = helo,
            IsExtended = flags[0],
            IsLmtp = flags[1],
            IsTlsWrapped = flags[2],
            TlsProtocol = tls,
            TlsCipherSuite = cipherSuite.Length == 0 ? null : cipherSuite,
            AuthenticatedAs = names[0],
            CertificateName = names[1],
        };

    private static readonly Gen<PolicyHistory> Policy =
        from name in Text
        from statements in Gen.Select(Gen.Int[-2, 1000], Paths, (statement, paths) => new StatementMatch(statement, paths)).Array[1, 5]
        from byRecipient in Gen.Int[0, statements.Length - 1].Array[0, 50]
        select new PolicyHistory(name, [.. statements], [.. byRecipient]);

    private static readonly Gen<RuleHistory> Rules =
        from ruleSet in Text
        from rules in Gen.Select(Gen.Int[0, 1000], Given, Given, Gen.Bool, Paths, (index, id, name, isShadow, paths) => new RuleMatch(index, id, name, isShadow, paths)).Array[0, 10]
        select new RuleHistory(ruleSet, [.. rules]);

    /// <summary>Version 1 as it lies in the spools of released versions: never to be edited.</summary>
    [Fact]
    public void Golden_received()
    {
        var history = new MessageHistory.Received(
            new SessionHistory
            {
                Id = "s1",
                Client = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 300),
                Helo = "h.x",
                IsExtended = true,
                TlsProtocol = SslProtocols.Tls13,
                TlsCipherSuite = "C",
                AuthenticatedAs = "ann",
            },
            new PolicyHistory("p", [new StatementMatch(4, ["a", "b"]), new StatementMatch(StatementMatch.Default, [])], [0, 1]),
            new RuleHistory("r", [new RuleMatch(3, "i", null, IsShadow: true, []), new RuleMatch(0, null, "n", IsShadow: false, ["c"])]));
        const string Golden = "01" + "01"
            + "027331" + "04C0000201" + "AC02" + "03682E78" + "09" + "8060" + "0143" + "03616E6E"
            + "0170" + "02" + "06" + "0201610162" + "01" + "00" + "02" + "00" + "01"
            + "0172" + "02" + "03" + "03" + "0169" + "00" + "00" + "04" + "016E" + "010163";
        Assert.Equal(Golden, Convert.ToHexString(Record(history)));
        Assert.True(HistoryRecord.TryRead(Convert.FromHexString(Golden), out var read));
        AssertEqual(history, Assert.IsType<MessageHistory.Received>(read));
    }

    /// <summary>Version 1 as it lies in the spools of released versions: never to be edited.</summary>
    [Fact]
    public void Golden_notification()
    {
        var history = new MessageHistory.Notification(new MessageId(0x0123456789ABCDEF));
        const string Golden = "01" + "02" + "10" + "00000000000000000123456789ABCDEF";
        Assert.Equal(Golden, Convert.ToHexString(Record(history)));
        Assert.True(HistoryRecord.TryRead(Convert.FromHexString(Golden), out var read));
        Assert.Equal(history, read);
    }

    [Fact]
    public void Histories_come_back_as_they_were() => Gen.Select(Session, Policy, Rules).Sample((session, policy, rules) =>
    {
        var history = new MessageHistory.Received(session, policy, rules);
        Assert.True(HistoryRecord.TryRead(Record(history), out var read));
        AssertEqual(history, Assert.IsType<MessageHistory.Received>(read));
    });

    [Fact]
    public void No_prefix_of_a_record_and_no_longer_one_is_a_record()
    {
        foreach (var record in new[] { Record(TestHistory.Received), Record(new MessageHistory.Notification(MessageId.New(TestMessages.Epoch))) })
        {
            Assert.True(HistoryRecord.TryRead(record, out _));
            Assert.False(HistoryRecord.TryRead([.. record, 0], out _));
            for (var length = 0; length < record.Length; length++)
            {
                Assert.False(HistoryRecord.TryRead(record.AsSpan(0, length), out _));
            }
        }
    }

    [Fact]
    public void Any_octets_are_read_or_refused_at_no_more_than_their_own_cost() => Gen.Select(Gen.Byte[1, 2], Gen.Byte.Array[0, 200]).Sample((kind, bytes) =>
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        HistoryRecord.TryRead([1, kind, .. bytes], out _);
        return GC.GetAllocatedBytesForCurrentThread() - before < 20_000;
    });

    [Fact]
    public void A_record_damaged_anywhere_is_read_or_refused() => Gen.Select(Gen.Int[0, Record(TestHistory.Received).Length - 1], Gen.Byte).Sample((at, octet) =>
    {
        var record = Record(TestHistory.Received);
        record[at] = octet;
        if (HistoryRecord.TryRead(record, out var history) && history is MessageHistory.Received received)
        {
            Assert.All(received.Policy.ByRecipient, statement => Assert.InRange(statement, 0, received.Policy.Statements.Length - 1));
        }
    });

    [Fact]
    public void A_typical_message_keeps_less_than_300_octets_more() => Assert.InRange(Record(TestHistory.Typical).Length, 100, 200);

    private static byte[] Record(MessageHistory history)
    {
        var writer = new RecordWriter();
        HistoryRecord.Write(writer, history);
        return writer.Written.ToArray();
    }

    private static void AssertEqual(MessageHistory.Received expected, MessageHistory.Received read)
    {
        Assert.Equal(expected.Session, read.Session);
        Assert.Equal(expected.Policy.Policy, read.Policy.Policy);
        Assert.Equal(expected.Policy.ByRecipient, read.Policy.ByRecipient);
        Assert.Equal(expected.Policy.Statements.Select(statement => (statement.Statement, statement.ToString())), read.Policy.Statements.Select(statement => (statement.Statement, statement.ToString())));
        Assert.Equal(expected.Rules.RuleSet, read.Rules.RuleSet);
        Assert.Equal(
            expected.Rules.Rules.Select(rule => (rule.Index, rule.Id, rule.Name, rule.IsShadow, string.Join('\n', rule.Alternatives))),
            read.Rules.Rules.Select(rule => (rule.Index, rule.Id, rule.Name, rule.IsShadow, string.Join('\n', rule.Alternatives))));
    }
}
