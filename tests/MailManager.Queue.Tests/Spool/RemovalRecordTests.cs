using System.Collections.Immutable;
using CsCheck;
using MailManager.Queue.Spool;
using MailManager.Smtp.Grammar;

namespace MailManager.Queue.Tests.Spool;

/// <summary>Instructions of submissions, of deliveries that leave header fields out, and of those that may be signed or leave from a chosen pool.</summary>
public sealed class RemovalRecordTests
{
    private static readonly DeliveryInstructions Instructions = new()
    {
        Destination = "mx:x.com",
        ReversePath = "",
        Recipients = ["a@x.com"],
        RecipientOptions = [new RecipientOptions(DsnNotify.Never, "rfc822;o@x")],
        Prefix = "h"u8.ToArray(),
        RemovedHeaders = ["X-A", "Subject"],
        IsSubmission = true,
    };

    /// <summary>Version 3 as it lies in the spools of released versions: never to be edited.</summary>
    [Fact]
    public void Golden_instructions()
    {
        const string Golden = "03" + "00" + "01" + "076140782E636F6D" + "0168" + "01" + "01" + "0A7266633832323B6F4078" + "01" + "02" + "03582D41" + "075375626A656374";
        Assert.Equal(Golden, Convert.ToHexString(InstructionsRecord.ToArray(Instructions)));
        Assert.True(InstructionsRecord.TryRead(Convert.FromHexString(Golden), "mx:x.com", out var read));
        Assert.Equal(Instructions.Recipients, read.Recipients);
        Assert.Equal(Instructions.RecipientOptions, read.RecipientOptions);
        Assert.Equal(Instructions.RemovedHeaders, read.RemovedHeaders);
        Assert.True(read.IsSubmission);
    }

    /// <summary>Version 4, as above.</summary>
    [Fact]
    public void Golden_instructions_with_egress()
    {
        const string Golden = "04" + "00" + "01" + "076140782E636F6D" + "0168" + "00" + "03" + "00" + "0362756C";
        var instructions = Instructions with { RecipientOptions = [], RemovedHeaders = [], MaySign = true, EgressPool = "bul" };
        Assert.Equal(Golden, Convert.ToHexString(InstructionsRecord.ToArray(instructions)));
        Assert.True(InstructionsRecord.TryRead(Convert.FromHexString(Golden), "mx:x.com", out var read));
        Assert.Equal((true, true, "bul"), (read.IsSubmission, read.MaySign, read.EgressPool));
    }

    [Theory]
    [InlineData(true, false, null)]
    [InlineData(false, true, null)]
    [InlineData(false, false, "pool")]
    [InlineData(true, true, "pool")]
    public void Egress_comes_back_as_it_was(bool maySign, bool ignoresPolicy, string? pool)
    {
        var record = InstructionsRecord.ToArray(Instructions with { MaySign = maySign, IgnoresTlsPolicy = ignoresPolicy, EgressPool = pool });
        Assert.Equal(4, record[0]);
        Assert.True(InstructionsRecord.TryRead(record, "mx:x.com", out var read));
        Assert.Equal((true, maySign, ignoresPolicy, pool), (read.IsSubmission, read.MaySign, read.IgnoresTlsPolicy, read.EgressPool));
    }

    [Theory]
    [InlineData(false, false, false, 1)]
    [InlineData(true, false, false, 2)]
    [InlineData(true, true, false, 3)]
    [InlineData(false, false, true, 3)]
    public void The_oldest_version_that_can_say_it_is_written(bool hasOptions, bool isSubmission, bool hasRemovals, byte version)
    {
        var instructions = Instructions with
        {
            RecipientOptions = hasOptions ? Instructions.RecipientOptions : [],
            IsSubmission = isSubmission,
            RemovedHeaders = hasRemovals ? Instructions.RemovedHeaders : [],
        };
        var record = InstructionsRecord.ToArray(instructions);
        Assert.Equal(version, record[0]);
        Assert.True(InstructionsRecord.TryRead(record, "mx:x.com", out var read));
        Assert.Equal((isSubmission, hasOptions), (read.IsSubmission, !read.RecipientOptions.IsEmpty));
        Assert.Equal(instructions.RemovedHeaders, read.RemovedHeaders);
    }

    [Fact]
    public void Instructions_come_back_as_they_were() => Gen.Select(Gen.String[Gen.Char['!', '~'], 1, 64].Array[0, 10], Gen.Bool).Sample(
        (names, isSubmission) =>
        {
            ImmutableArray<string> removed = [.. names];
            var record = InstructionsRecord.ToArray(Instructions with { RemovedHeaders = removed, IsSubmission = isSubmission });
            return InstructionsRecord.TryRead(record, "mx:x.com", out var read) && read.RemovedHeaders.SequenceEqual(removed) && read.IsSubmission == isSubmission;
        },
        iter: 500);

    [Fact]
    public void No_prefix_of_a_record_no_longer_one_and_no_unknown_flag_is_a_record()
    {
        var record = InstructionsRecord.ToArray(Instructions);
        Assert.False(InstructionsRecord.TryRead([.. record, 0], "", out _));
        for (var length = 0; length < record.Length; length++)
        {
            Assert.False(InstructionsRecord.TryRead(record.AsSpan(0, length), "", out _));
        }

        record[^14] = 2;
        Assert.False(InstructionsRecord.TryRead(record, "", out _));
        record[^14] = 1;
        record[0] = 5;
        Assert.False(InstructionsRecord.TryRead(record, "", out _));
    }
}
