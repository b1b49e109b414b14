using System.Buffers;
using System.Text;
using MailManager.Messages.Envelope;
using MailManager.Messages.Headers;
using MailManager.Smtp.Framing;
using MailManager.Smtp.Grammar;
using MailManager.Smtp.Proxy;

namespace MailManager.Mta.Tests.Fuzzing;

/// <summary>
/// What reads octets of strangers, on nasty inputs and on many changes of them: nothing throws, and what is taken for good holds what the rest of the
/// server relies on.
/// </summary>
public class FuzzTests
{
    public static TheoryData<string> Commands { get; } = Corpus.Files("commands");

    public static TheoryData<string> Addresses { get; } = Corpus.Files("addresses");

    public static TheoryData<string> Proxy { get; } = Corpus.Files("proxy");

    public static TheoryData<string> Headers { get; } = Corpus.Files("headers");

    public static TheoryData<string> Chunks { get; } = Corpus.Files("chunks");

    [Theory]
    [MemberData(nameof(Commands))]
    public void Command_of_the_corpus(string file) => Assert.True(CommandHolds(Corpus.Read("commands", file)));

    [Fact]
    public void Commands_changed() => Corpus.Fuzz("commands", CommandHolds);

    [Theory]
    [MemberData(nameof(Addresses))]
    public void Address_of_the_corpus(string file) => Assert.True(AddressHolds(Corpus.Read("addresses", file)));

    [Fact]
    public void Addresses_changed() => Corpus.Fuzz("addresses", AddressHolds);

    [Theory]
    [MemberData(nameof(Proxy))]
    public void Proxy_header_of_the_corpus(string file) => Assert.True(ProxyHolds(Corpus.Read("proxy", file)));

    [Fact]
    public void Proxy_headers_changed() => Corpus.Fuzz("proxy", ProxyHolds);

    [Theory]
    [MemberData(nameof(Headers))]
    public void Header_of_the_corpus(string file) => Assert.True(HeaderHolds(Corpus.Read("headers", file)));

    [Fact]
    public void Headers_changed() => Corpus.Fuzz("headers", HeaderHolds);

    [Theory]
    [MemberData(nameof(Chunks))]
    public void Chunk_of_the_corpus(string file) => Assert.True(ChunkHolds(Corpus.Read("chunks", file)));

    [Fact]
    public void Chunks_changed() => Corpus.Fuzz("chunks", ChunkHolds);

    private static bool CommandHolds(byte[] line)
    {
        var command = CommandLine.Parse(line);
        var holds = true;
        if (MailCommand.TryParse(command.Argument, out var mail, out var mailRefusal))
        {
            holds &= IsPath(mail.ReversePath) && (mail.IsUtf8 || Ascii.IsValid(mail.ReversePath)) && mail.Size >= 0;
            holds &= Decode(mail.EnvelopeId).AsSpan().IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0;
        }
        else
        {
            holds &= mailRefusal.IsPermanent;
        }

        if (RcptCommand.TryParse(command.Argument, out var rcpt, out var rcptRefusal))
        {
            holds &= !rcpt.ForwardPath.IsEmpty && IsPath(rcpt.ForwardPath);
            holds &= Decode(rcpt.OriginalRecipient).AsSpan().IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0;
        }
        else
        {
            holds &= rcptRefusal.IsPermanent;
        }

        if (BdatCommand.TryParse(command.Argument, out var bdat))
        {
            holds &= bdat.Size >= 0 && command.Argument.IndexOfAny("+-"u8) < 0;
        }

        if (XClientCommand.TryParse(command.Argument, out var client))
        {
            holds &= client.Helo is not { } helo || MailboxSyntax.IsDomainOrLiteral(Encoding.ASCII.GetBytes(helo));
        }

        return holds;
    }

    /// <summary>Nothing that ends a line, a path or a log entry.</summary>
    private static bool IsPath(ReadOnlySpan<byte> path) => path.IndexOfAnyInRange((byte)0, (byte)31) < 0 && !path.Contains((byte)127);

    private static byte[] Decode(ReadOnlySpan<byte> xtext)
    {
        var octets = new byte[xtext.Length];
        Assert.True(Xtext.TryDecode(xtext, octets, out var length));
        return octets[..length];
    }

    private static bool AddressHolds(byte[] text)
    {
        if (!MailboxSyntax.IsMailbox(text))
        {
            return true;
        }

        // One domain, in ASCII, whatever the local part holds; reading it again gives the same.
        if (!IsPath(text) || MailboxText.Read(text) is not { } address)
        {
            return IsPath(text);
        }

        var domain = address[(address.LastIndexOf('@') + 1)..];
        return MailboxSyntax.IsDomainOrLiteral(Encoding.UTF8.GetBytes(domain)) && MailboxText.Read(Encoding.UTF8.GetBytes(address)) == address;
    }

    /// <summary>However the octets are cut, the answer is the same, and a header that is whole was not whole before its last octet.</summary>
    private static bool ProxyHolds(byte[] octets)
    {
        var whole = new ReadOnlySequence<byte>(octets);
        var status = ProxyHeader.Read(ref whole, out var header);
        var used = octets.Length - (int)whole.Length;
        for (var length = 0; length < used; length++)
        {
            var part = new ReadOnlySequence<byte>(octets, 0, length);
            if (ProxyHeader.Read(ref part, out _) != ProxyHeaderStatus.NeedMore)
            {
                return false;
            }
        }

        return (status == ProxyHeaderStatus.Done) == (used > 0) && (header.Client is null) == (header.Local is null);
    }

    private static bool HeaderHolds(byte[] message)
    {
        var index = new HeaderIndex();
        index.Build(message);
        var view = index.View(message);
        var length = 0;
        for (var i = 0; i < view.Count; i++)
        {
            var field = view[i];
            length += field.Name.Length + 1 + field.Value.Length;
            if (field.Name.IsEmpty || field.Name.IndexOfAny(": \t\r\n"u8) >= 0)
            {
                return false;
            }
        }

        return length <= index.Length && index.Length <= message.Length;
    }

    /// <summary>Whole or octet by octet, the same faults and the same octets.</summary>
    private static bool ChunkHolds(byte[] octets)
    {
        foreach (var isBinary in (ReadOnlySpan<bool>)[false, true])
        {
            var (one, many) = (new ChunkScanner(1000, isBinary), new ChunkScanner(1000, isBinary));
            var (oneSink, manySink) = (new Sink(), new Sink());
            one.Expect(octets.Length);
            many.Expect(octets.Length);
            one.Scan(octets, oneSink);
            foreach (var octet in octets)
            {
                many.Scan([octet], manySink);
            }

            one.Finish();
            many.Finish();
            var isClean = one.Faults == DataFaults.None;
            if (one.Faults != many.Faults || (isClean && (!oneSink.Octets.SequenceEqual(octets) || !manySink.Octets.SequenceEqual(octets))))
            {
                return false;
            }
        }

        return true;
    }

    private sealed class Sink : IMessageSink
    {
        public List<byte> Octets { get; } = [];

        public void Append(ReadOnlySpan<byte> octets) => Octets.AddRange(octets);
    }
}
