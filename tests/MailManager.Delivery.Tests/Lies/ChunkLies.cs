using MailManager.TestKit.Peers;

namespace MailManager.Delivery.Tests.Lies;

/// <summary>Replies to chunks (RFC 3030). Here a message goes in three; with PIPELINING the second is on its way when the first is answered.</summary>
internal static class ChunkLies
{
    public static IEnumerable<Lie> All()
    {
        (string Name, int Occurrence)[] chunks = [("the first chunk", 1), ("the second chunk", 2)];
        foreach (var (name, occurrence) in chunks)
        {
            yield return Chunk(name, occurrence, "closed", new PeerAction.Close(), Lying.AllRetried, Lying.Lost);
            yield return Chunk(name, occurrence, "reset", new PeerAction.Reset(), Lying.AllRetried, Lying.Lost);
            yield return Chunk(name, occurrence, "silence", new PeerAction.Hang(), Lying.AllRetried, Lying.TimedOut);
            yield return Chunk(name, occurrence, "half a reply, then silence", new PeerAction.Hang(Lying.Octets("250-\r\n")), Lying.AllRetried, Lying.TimedOut);
            yield return Chunk(name, occurrence, "lines without end", new PeerAction.Flood(Lying.Octets("250-more\r\n")), Lying.AllRetried, Lying.Invalid);
            yield return Chunk(name, occurrence, "a word", PeerAction.Reply("what?"), Lying.AllRetried, Lying.Invalid);
            yield return Chunk(name, occurrence, "354", PeerAction.Reply("354 go on"), Lying.AllRetried, "354 go on");
            yield return Chunk(name, occurrence, "421", PeerAction.Reply("421 4.3.2 closing"), Lying.AllRetried, "421 4.3.2 closing");
            yield return Chunk(name, occurrence, "452", PeerAction.Reply("452 4.3.1 no room"), Lying.AllRetried, "452 4.3.1 no room");
            yield return Chunk(name, occurrence, "552", PeerAction.Reply("552 5.3.4 too large"), Lying.AllBounced, null);
            yield return Chunk(name, occurrence, "octet by octet", new PeerAction.Split(Lying.Octets("250-2.0.0 taken\r\n250 2.0.0 all\r\n")), Lying.AllDelivered, null);
        }

        yield return Last("closed", new PeerAction.Close(), Lying.Lost);
        yield return Last("reset", new PeerAction.Reset(), Lying.Lost);
        yield return Last("silence", new PeerAction.Hang(), Lying.TimedOut);
        yield return Last("a word", PeerAction.Reply("queued"), Lying.Invalid);
        yield return Lying.At("to the last chunk: 451", PeerStage.EndOfData, 1, PeerAction.Reply("451 4.3.0 later"), Lying.AllRetried, "451 4.3.0 later") with { Speech = Speech.Chunks };
        yield return Lying.At("to the last chunk: 554", PeerStage.EndOfData, 1, PeerAction.Reply("554 5.6.9 never"), Lying.AllBounced, null) with { Speech = Speech.Chunks };
        yield return Lying.At("to the last chunk: 421", PeerStage.EndOfData, 1, PeerAction.Reply("421 4.3.2 closing"), Lying.AllRetried, "421") with { Speech = Speech.Chunks };
        yield return Lying.At("the last chunk answered twice", PeerStage.EndOfData, 1, PeerAction.Reply("250 2.0.0 queued\r\n250 2.0.0 again"), Lying.AllDelivered, null) with { Speech = Speech.Chunks };
        yield return Lying.At("no reply to the first chunk", "BDAT", 1, new PeerAction.Send([]), Lying.AllRetried, Lying.TimedOut) with { Speech = Speech.Chunks, IsSilence = true, IsPipelined = false };
        yield return new Lie("every recipient refused, chunks", Lying.AllBounced, null, (script, _) => script.On("RCPT", "550 5.1.1 unknown")) { Speech = Speech.Chunks };
    }

    private static Lie Chunk(string name, int occurrence, string what, PeerAction action, Ending[] endings, string? reason) =>
        Lying.At($"to {name}: {what}", "BDAT", occurrence, action, endings, reason) with { Speech = Speech.Chunks };

    private static Lie Last(string what, PeerAction action, string reason) =>
        Lying.At($"taken, yet to the last chunk: {what}", PeerStage.EndOfData, 1, new PeerAction.Take(action), Lying.AllRetried, reason) with { Speech = Speech.Chunks, Copies = 2 };
}
