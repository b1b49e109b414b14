using System.Text;
using MailManager.Queue.Spool;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailManager.Queue.Tests.Spool;

/// <summary>Files are written again for other messages, and nobody ever reads another message through one.</summary>
public sealed class BodyFileStoreTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mailmanager-bodies-").FullName;
    private readonly BodyFileStore _store;

    public BodyFileStoreTests()
    {
        _store = new BodyFileStore(_directory, TimeProvider.System, NullLogger.Instance);
    }

    [Fact]
    public void Delete_closed_file_makes_a_spare_that_the_next_message_is_written_to()
    {
        var first = Write("a long first message");
        first.Close();
        _store.Delete(first.Name);

        var second = Write("second");

        Assert.Equal(first.Name, second.Name);
        Assert.True(first.IsNew);
        Assert.False(second.IsNew);
        Assert.Equal("second", Read(second, 6));
        Assert.Single(Directory.GetFiles(_directory));
    }

    [Fact]
    public void Delete_file_that_is_being_read_never_gives_it_to_another_message()
    {
        var first = Write("first");
        first.Close();
        var reader = _store.Open(first.Name);
        _store.Delete(first.Name);

        var second = Write("other");

        Assert.NotEqual(first.Name, second.Name);
        Assert.Equal("first", Read(reader, 5));
        reader.Close();
        Assert.Single(Directory.GetFiles(_directory));
    }

    [Fact]
    public void Delete_file_that_is_still_open_for_writing_deletes_it()
    {
        var first = Write("first");
        _store.Delete(first.Name);

        Assert.Empty(Directory.GetFiles(_directory));
        Assert.Equal("first", Read(first, 5));
        first.Close();
        Assert.NotEqual(first.Name, Write("second").Name);
    }

    [Fact]
    public void Close_without_delete_leaves_the_file_to_its_message()
    {
        var first = Write("first");
        first.Close();

        Assert.NotEqual(first.Name, Write("second").Name);
        Assert.Equal("first", Read(_store.Open(first.Name), 5));
    }

    [Fact]
    public void Delete_refused_message_never_becomes_a_spare()
    {
        var refused = Write("refused");
        refused.Delete();
        refused.Close();

        Assert.NotEqual(refused.Name, Write("next").Name);
        Assert.Single(Directory.GetFiles(_directory));
    }

    [Fact]
    public void Delete_large_file_gives_its_space_back()
    {
        var large = Write(new string('x', 300 * 1024));
        large.Close();
        _store.Delete(large.Name);

        Assert.Empty(Directory.GetFiles(_directory));
    }

    [Fact]
    public void DeleteSpares_gives_their_space_back()
    {
        var names = Enumerable.Range(0, 5).Select(i => Write($"message {i}")).ToArray();
        foreach (var file in names)
        {
            file.Close();
            _store.Delete(file.Name);
        }

        Assert.Equal(5, Directory.GetFiles(_directory).Length);
        _store.DeleteSpares();

        Assert.Empty(Directory.GetFiles(_directory));
        Assert.True(Write("next").IsNew);
    }

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static string Read(BodyFile file, int length)
    {
        var octets = new byte[length];
        Assert.Equal(length, file.Read(octets, 0));
        return Encoding.ASCII.GetString(octets);
    }

    private BodyFile Write(string text)
    {
        var file = (BodyFile)_store.Create();
        file.Append(Encoding.ASCII.GetBytes(text));
        file.Sync();
        return file;
    }
}
