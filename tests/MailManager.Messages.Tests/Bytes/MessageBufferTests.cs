using System.Text;
using CsCheck;
using MailManager.Messages.Bytes;

namespace MailManager.Messages.Tests.Bytes;

public class MessageBufferTests
{
    [Fact]
    public void Append_below_the_threshold_stays_in_memory()
    {
        var files = new MemoryFiles();
        var buffer = new MessageBuffer(files, threshold: 32);
        buffer.Append("Subject: x\r\n\r\n"u8);
        buffer.Append("body\r\n"u8);

        buffer.Finish();
        var content = buffer.Detach();

        Assert.True(content.IsInMemory);
        Assert.Equal("Subject: x\r\n\r\nbody\r\n", Encoding.ASCII.GetString(content.Head.Span));
        Assert.Empty(files.All);
        content.Release();
    }

    [Fact]
    public void Append_past_the_threshold_writes_all_to_a_file_and_keeps_the_header()
    {
        var files = new MemoryFiles();
        var buffer = new MessageBuffer(files, threshold: 16);
        foreach (var part in new[] { "Subject: x\r\nX-Lo", "ng: y\r\n\r\n", "body\r\n" })
        {
            buffer.Append(Encoding.ASCII.GetBytes(part));
        }

        buffer.Finish();
        Assert.Equal(23, buffer.IndexHeaders().Length);
        var content = buffer.Detach();

        Assert.False(content.IsInMemory);
        Assert.Equal("Subject: x\r\nX-Long: y\r\n\r\nbody\r\n", files.All.Single().Text);
        Assert.Equal(content.Length, files.All.Single().Text.Length);
        content.Release();
        Assert.True(files.All.Single().IsClosed);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(16)]
    public void OpenRead_reads_all_of_it_from_memory_or_file(int threshold)
    {
        var buffer = new MessageBuffer(new MemoryFiles(), threshold);
        buffer.Append("Subject: x\r\n\r\n"u8);
        buffer.Append("a body of some length\r\n"u8);
        buffer.Finish();

        for (var i = 0; i < 2; i++)
        {
            using var stream = buffer.OpenRead();
            using var copy = new MemoryStream();
            stream.CopyTo(copy, bufferSize: 7);
            Assert.Equal("Subject: x\r\n\r\na body of some length\r\n", Encoding.ASCII.GetString(copy.ToArray()));
        }

        buffer.Discard();
    }

    [Fact]
    public void Append_any_pieces_give_the_whole_message_in_memory_or_file()
    {
        Gen.Select(Gen.Byte.Array[0, 40].Array[0, 12], Gen.Int[1, 200]).Sample((pieces, threshold) =>
        {
            var files = new MemoryFiles();
            var buffer = new MessageBuffer(files, threshold);
            foreach (var piece in pieces)
            {
                buffer.Append(piece);
            }

            buffer.Finish();
            var content = buffer.Detach();
            var all = pieces.SelectMany(piece => piece).ToArray();
            var stored = content.IsInMemory ? content.Head.ToArray() : files.All.Single().Octets;
            var result = stored.AsSpan().SequenceEqual(all) && content.Length == all.Length && all.AsSpan().StartsWith(content.Head.Span);
            content.Release();
            return result;
        }, iter: 5_000);
    }

    [Fact]
    public void Append_header_past_the_threshold_is_whole_in_memory_however_it_is_cut()
    {
        var header = string.Concat(Enumerable.Range(0, 20).Select(i => $"X-Field-{i}: value\r\n")) + "X-Last: seen\r\n";
        var message = Encoding.ASCII.GetBytes(header + "\r\n" + string.Concat(Enumerable.Repeat("body line\r\n", 100)));
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 300]).Sample((piece, threshold) =>
        {
            var buffer = new MessageBuffer(new MemoryFiles(), threshold);
            for (var at = 0; at < message.Length; at += piece)
            {
                buffer.Append(message.AsSpan(at, Math.Min(piece, message.Length - at)));
            }

            buffer.Finish();
            var view = buffer.IndexHeaders().View(buffer.Head.Span);
            var result = view.Count == 21 && view.IndexOf("X-Last"u8) == 20;
            buffer.Discard();
            return result;
        }, iter: 2_000);
    }

    [Fact]
    public void Append_endless_header_is_a_fault_and_leaves_no_file()
    {
        var files = new MemoryFiles();
        var buffer = new MessageBuffer(files);
        var line = Encoding.ASCII.GetBytes("X: " + new string('y', 990) + "\r\n");
        for (var i = 0; i < 1100; i++)
        {
            buffer.Append(line);
        }

        Assert.Equal(BufferFault.HeaderTooLarge, buffer.Fault);
        Assert.True(files.All.Single().IsDeleted);
        buffer.Discard();
    }

    [Fact]
    public void Append_to_a_full_disk_is_a_fault_and_leaves_no_file()
    {
        var files = new MemoryFiles { IsFull = true };
        var buffer = new MessageBuffer(files, threshold: 8);

        buffer.Append("\r\nlonger than the threshold\r\n"u8);
        buffer.Append("swallowed"u8);

        Assert.Equal(BufferFault.Storage, buffer.Fault);
        Assert.NotNull(buffer.StorageException);
        Assert.True(files.All.Single().IsDeleted);
        buffer.Discard();
    }

    [Fact]
    public void Discard_makes_the_buffer_ready_for_the_next_message()
    {
        var files = new MemoryFiles();
        var buffer = new MessageBuffer(files, threshold: 8);
        buffer.Append("\r\nlonger than the threshold\r\n"u8);
        buffer.Discard();
        buffer.Append("\r\nnext\r\n"u8);

        Assert.True(files.All.Single().IsDeleted);
        Assert.Equal("\r\nnext\r\n", Encoding.ASCII.GetString(buffer.Head.Span));
        buffer.Discard();
    }

    [Fact]
    public void Release_more_often_than_referenced_throws()
    {
        var buffer = new MessageBuffer(new MemoryFiles());
        buffer.Append("x"u8);
        buffer.Finish();
        var content = buffer.Detach();
        content.AddReference();
        content.Release();
        content.Release();

        Assert.Throws<ObjectDisposedException>(content.Release);
        Assert.Throws<ObjectDisposedException>(content.AddReference);
    }

    private sealed class MemoryFiles : IBodyFileStore
    {
        public List<MemoryFile> All { get; } = [];

        public bool IsFull { get; init; }

        public IBodyFile Create()
        {
            var file = new MemoryFile(IsFull);
            All.Add(file);
            return file;
        }
    }

    private sealed class MemoryFile(bool isFull) : IBodyFile
    {
        private readonly List<byte> _octets = [];

        public string Name => "file";

        public byte[] Octets => [.. _octets];

        public string Text => Encoding.ASCII.GetString(Octets);

        public bool IsClosed { get; private set; }

        public bool IsDeleted { get; private set; }

        public void Append(ReadOnlySpan<byte> bytes)
        {
            if (isFull)
            {
                throw new IOException("No space left on device");
            }

            _octets.AddRange(bytes);
        }

        public int Read(Span<byte> destination, long offset)
        {
            var octets = Octets.AsSpan((int)offset..);
            var count = Math.Min(octets.Length, destination.Length);
            octets[..count].CopyTo(destination);
            return count;
        }

        public void Close() => IsClosed = true;

        public void Delete() => IsDeleted = true;
    }
}
