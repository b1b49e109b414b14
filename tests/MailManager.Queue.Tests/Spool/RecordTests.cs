using System.Collections.Immutable;
using CsCheck;
using MailManager.Messages.Envelope;
using MailManager.Queue.Spool;
using MailManager.Smtp.Grammar;

namespace MailManager.Queue.Tests.Spool;

public sealed class RecordTests
{
    private static readonly Gen<string> Text = Gen.String[Gen.Char['\0', '\uD7FF'], 0, 300];
    private static readonly Gen<ImmutableArray<string>> Texts = Text.Array[1, 20].Select(texts => texts.ToImmutableArray());

    /// <summary>Version 1 as it lies in the spools of released versions: never to be edited.</summary>
    [Fact]
    public void Golden_envelope()
    {
        var envelope = new MessageEnvelope("s@x.org", ["a@x.com", "ü@y.com"], BodyType.EightBitMime);
        const string Golden = "01" + "01" + "066D782D6F6C64" + "0773" + "40782E6F7267" + "02" + "076140782E636F6D" + "08C3BC40792E636F6D";
        var writer = new RecordWriter();
        EnvelopeRecord.Write(writer, "mx-old", envelope);
        Assert.Equal(Golden, Convert.ToHexString(writer.Written));
        Assert.True(EnvelopeRecord.TryRead(Convert.FromHexString(Golden), out var origin, out var read));
        Assert.Equal(("mx-old", envelope.ReversePath, envelope.Body), (origin, read.ReversePath, read.Body));
        Assert.Equal(envelope.Recipients, read.Recipients);
    }

    /// <summary>Version 1 as it lies in the spools of released versions: never to be edited.</summary>
    [Fact]
    public void Golden_instructions()
    {
        var instructions = new DeliveryInstructions
        {
            Destination = "relay:a",
            ReversePath = "",
            Recipients = ["a@x.com"],
            Prefix = Enumerable.Repeat((byte)'h', 200).ToArray(),
        };
        var golden = "01" + "00" + "01" + "076140782E636F6D" + "C801" + string.Concat(Enumerable.Repeat("68", 200));
        Assert.Equal(golden, Convert.ToHexString(InstructionsRecord.ToArray(instructions)));
        Assert.True(InstructionsRecord.TryRead(Convert.FromHexString(golden), "relay:a", out var read));
        Assert.Equal((instructions.Destination, instructions.ReversePath), (read.Destination, read.ReversePath));
        Assert.Equal(instructions.Recipients, read.Recipients);
        Assert.Equal(instructions.Prefix.ToArray(), read.Prefix.ToArray());
    }

    [Fact]
    public void Envelopes_come_back_as_they_were() => Gen.Select(Text, Text, Texts, Gen.Bool).Sample((origin, reversePath, recipients, isEightBit) =>
    {
        var envelope = new MessageEnvelope(reversePath, recipients, isEightBit ? BodyType.EightBitMime : BodyType.SevenBit);
        var writer = new RecordWriter();
        EnvelopeRecord.Write(writer, origin, envelope);
        return EnvelopeRecord.TryRead(writer.Written, out var readOrigin, out var read)
            && readOrigin == origin && read.ReversePath == reversePath && read.Body == envelope.Body && read.Recipients.SequenceEqual(recipients);
    });

    [Fact]
    public void Instructions_come_back_as_they_were() => Gen.Select(Text, Texts, Gen.Byte.Array[0, 2000]).Sample((reversePath, recipients, prefix) =>
    {
        var record = InstructionsRecord.ToArray(
            new DeliveryInstructions { Destination = "d", ReversePath = reversePath, Recipients = recipients, Prefix = prefix });
        return InstructionsRecord.TryRead(record, "d", out var read)
            && read.ReversePath == reversePath && read.Recipients.SequenceEqual(recipients) && read.Prefix.Span.SequenceEqual(prefix);
    });

    [Fact]
    public void No_prefix_of_a_record_and_no_longer_one_is_a_record()
    {
        var writer = new RecordWriter();
        EnvelopeRecord.Write(writer, "origin", new MessageEnvelope("s@x.org", ["a@x.com", "b@x.com"], BodyType.SevenBit));
        var instructions = InstructionsRecord.ToArray(TestMessages.To("relay:a", "x@example.com", "y@example.com"));
        foreach (var (record, isRecord) in new (byte[], Func<byte[], bool>)[]
            { (writer.Written.ToArray(), bytes => EnvelopeRecord.TryRead(bytes, out _, out _)), (instructions, bytes => InstructionsRecord.TryRead(bytes, "", out _)) })
        {
            Assert.True(isRecord(record));
            Assert.False(isRecord([.. record, 0]));
            for (var length = 0; length < record.Length; length++)
            {
                Assert.False(isRecord(record[..length]));
            }
        }
    }

    [Fact]
    public void Any_octets_are_read_or_refused_at_no_more_than_their_own_cost() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        if (bytes.Length > 0)
        {
            bytes[0] = 1;
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        EnvelopeRecord.TryRead(bytes, out _, out _);
        InstructionsRecord.TryRead(bytes, "", out _);
        return GC.GetAllocatedBytesForCurrentThread() - before < 20_000;
    });

    [Theory]
    [InlineData("FFFFFFFF0F")]
    [InlineData("FFFFFFFFFF01")]
    [InlineData("8000")]
    [InlineData("80")]
    [InlineData("")]
    public void Numbers_out_of_range_or_longer_than_needed_are_refused(string octets) =>
        Assert.False(new RecordReader(Convert.FromHexString(octets)).TryReadNumber(out _));

    [Fact]
    public void Numbers_come_back_as_they_were() => Gen.Int[0, int.MaxValue].Sample(number =>
    {
        var writer = new RecordWriter();
        writer.WriteNumber(number);
        return new RecordReader(writer.Written).TryReadNumber(out var read) && read == number;
    });
}
