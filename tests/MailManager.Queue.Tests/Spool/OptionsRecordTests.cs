using System.Collections.Immutable;
using CsCheck;
using MailManager.Messages.Envelope;
using MailManager.Queue.Spool;
using MailManager.Smtp.Grammar;

namespace MailManager.Queue.Tests.Spool;

public sealed class OptionsRecordTests
{
    private static readonly DsnNotify[] Notifies =
        [DsnNotify.Unspecified, DsnNotify.Never, DsnNotify.Success, DsnNotify.Failure | DsnNotify.Delay, (DsnNotify)14];

    private static readonly Gen<RecipientOptions?> Asked = Gen.Select(
        Gen.Int[0, Notifies.Length - 1].Select(i => Notifies[i]),
        Gen.Bool.Select(has => has ? "rfc822;a+2Bb@x.org" : ""),
        Gen.Bool,
        (notify, original, isNoticed) => notify == DsnNotify.Unspecified && original.Length == 0
            ? null
            : new RecipientOptions(notify, original) { HasDelayNotice = isNoticed });

    private static readonly MessageEnvelope Envelope = new("s@x.org", ["a@x.com", "ü@y.com"], BodyType.BinaryMime)
    {
        Options = new MailOptions { IsUtf8 = true, RequireTls = true, Return = DsnReturn.Headers, EnvelopeId = "Q+2B" },
        RecipientOptions = [null, new RecipientOptions(DsnNotify.Success | DsnNotify.Delay, "rfc822;o@x") { HasDelayNotice = true }],
    };

    /// <summary>Version 2 as it lies in the spools of released versions: never to be edited.</summary>
    [Fact]
    public void Golden_envelope()
    {
        const string Golden = "02" + "02" + "066D782D6F6C64" + "0773" + "40782E6F7267" + "02" + "076140782E636F6D" + "08C3BC40792E636F6D"
            + "03" + "02" + "04512B3242" + "02" + "0000" + "8A" + "0A7266633832323B6F4078";
        var writer = new RecordWriter();
        EnvelopeRecord.Write(writer, "mx-old", Envelope);
        Assert.Equal(Golden, Convert.ToHexString(writer.Written));
        Assert.True(EnvelopeRecord.TryRead(Convert.FromHexString(Golden), out var origin, out var read));
        Assert.Equal(("mx-old", Envelope.ReversePath, Envelope.Body, Envelope.Options), (origin, read.ReversePath, read.Body, read.Options));
        Assert.Equal(Envelope.Recipients, read.Recipients);
        Assert.Equal(Envelope.RecipientOptions, read.RecipientOptions);
    }

    /// <summary>Version 2 as it lies in the spools of released versions: never to be edited.</summary>
    [Fact]
    public void Golden_instructions()
    {
        var instructions = Instructions(["a@x.com"], [new RecipientOptions(DsnNotify.Never, "rfc822;o@x")]);
        const string Golden = "02" + "00" + "01" + "076140782E636F6D" + "0168" + "01" + "01" + "0A7266633832323B6F4078";
        Assert.Equal(Golden, Convert.ToHexString(InstructionsRecord.ToArray(instructions)));
        Assert.True(InstructionsRecord.TryRead(Convert.FromHexString(Golden), "relay:a", out var read));
        Assert.Equal(instructions.Recipients, read.Recipients);
        Assert.Equal(instructions.RecipientOptions, read.RecipientOptions);
        Assert.Equal(instructions.Prefix.ToArray(), read.Prefix.ToArray());
    }

    [Theory]
    [InlineData(BodyType.SevenBit, 1)]
    [InlineData(BodyType.EightBitMime, 1)]
    [InlineData(BodyType.BinaryMime, 2)]
    public void The_old_version_is_written_while_nothing_new_is_said(BodyType body, byte version)
    {
        var writer = new RecordWriter();
        EnvelopeRecord.Write(writer, "o", new MessageEnvelope("s@x.org", ["a@x.com"], body));
        Assert.Equal(version, writer.Written[0]);
        Assert.True(EnvelopeRecord.TryRead(writer.Written, out _, out var read));
        Assert.Equal(body, read.Body);
        Assert.Null(read.Options);
        Assert.Empty(read.RecipientOptions);
        Assert.Equal(1, InstructionsRecord.ToArray(Instructions(["a@x.com"], []))[0]);
    }

    [Fact]
    public void Options_come_back_with_their_recipients() => Asked.Array[1, 20].Sample(
        options =>
        {
            ImmutableArray<string> recipients = [.. options.Select((_, i) => $"u{i}@x.org")];
            var writer = new RecordWriter();
            EnvelopeRecord.Write(writer, "o", new MessageEnvelope("", recipients, BodyType.SevenBit) { RecipientOptions = [.. options] });
            return InstructionsRecord.TryRead(InstructionsRecord.ToArray(Instructions(recipients, [.. options])), "relay:a", out var instructions)
                && EnvelopeRecord.TryRead(writer.Written, out _, out var envelope)
                && instructions.Recipients.SequenceEqual(recipients) && envelope.Recipients.SequenceEqual(recipients)
                && instructions.RecipientOptions.SequenceEqual(options) && envelope.RecipientOptions.SequenceEqual(options);
        },
        iter: 1_000);

    [Fact]
    public void No_prefix_of_a_record_and_no_longer_one_is_a_record()
    {
        var writer = new RecordWriter();
        EnvelopeRecord.Write(writer, "origin", Envelope);
        var envelope = writer.Written.ToArray();
        var instructions = InstructionsRecord.ToArray(Instructions(Envelope.Recipients, Envelope.RecipientOptions));
        foreach (var (record, isRecord) in new (byte[], Func<byte[], bool>)[]
            { (envelope, bytes => EnvelopeRecord.TryRead(bytes, out _, out _)), (instructions, bytes => InstructionsRecord.TryRead(bytes, "", out _)) })
        {
            Assert.True(isRecord(record));
            Assert.False(isRecord([.. record, 0]));
            for (var length = 0; length < record.Length; length++)
            {
                Assert.False(isRecord(record[..length]));
            }
        }
    }

    [Theory]
    [InlineData("02")]
    [InlineData("0103")]
    [InlineData("020000")]
    [InlineData("011000")]
    [InlineData("010300")]
    public void Options_that_cannot_be_are_refused(string octets)
    {
        // Not as many as recipients, or a NOTIFY that there is not.
        var reader = new RecordReader(Convert.FromHexString(octets));
        Assert.False(RecipientOptionsRecord.TryRead(ref reader, 1, out _));
    }

    private static DeliveryInstructions Instructions(ImmutableArray<string> recipients, ImmutableArray<RecipientOptions?> options) => new()
    {
        Destination = "relay:a",
        ReversePath = "",
        Recipients = recipients,
        RecipientOptions = options,
        Prefix = "h"u8.ToArray(),
    };
}
