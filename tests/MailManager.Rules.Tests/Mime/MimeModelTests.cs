using CsCheck;
using MailManager.Rules.Mime;
using MimeKit;

namespace MailManager.Rules.Tests.Mime;

/// <summary>Compares what streams through with what MimeKit's tree of the whole message says. Not the sizes of messages: the tree does not keep them.</summary>
public class MimeModelTests
{
    private static readonly Gen<MimeEntity> Leaf = Gen.Select(
        Gen.OneOf("text/plain", "text/html", "application/pdf", "image/png", "application/octet-stream"),
        Gen.OneOf("", "a.txt", "r\u00E9sum\u00E9 \u20AC.pdf", new string('n', 200) + ".doc"),
        Gen.Int[0, 2],
        Gen.OneOf(ContentEncoding.SevenBit, ContentEncoding.Binary, ContentEncoding.Base64, ContentEncoding.QuotedPrintable, ContentEncoding.UUEncode),
        Gen.OneOf(Gen.Byte.Array[0, 300], Gen.Char["ab =\r\n.-"].Array[0, 300].Select(text => text.Select(c => (byte)c).ToArray()))).Select(CreateLeaf);

    [Fact]
    public void The_attachments_are_those_of_the_tree() => Message(depth: 3).Sample(
        message =>
        {
            using var stream = new MemoryStream();
            message.WriteTo(stream);
            stream.Position = 0;
            var expected = new List<Attachment>();
            Collect(MimeMessage.Load(stream).Body, expected);
            stream.Position = 0;
            var contents = AttachmentReader.Read(stream, MimeLimits.Default with { Time = TimeSpan.FromMinutes(5) }, TimeProvider.System);
            Assert.Null(contents.Problem);
            Assert.Equal(expected, contents.Attachments.Select(attachment => attachment.MediaType == "message/rfc822" ? attachment with { Size = 0 } : attachment));
        },
        iter: 1_000);

    [Fact]
    public void A_message_with_changed_octets_never_throws() =>
        Gen.Select(Message(depth: 3), Gen.Select(Gen.Int[0, 1_000_000], Gen.Byte, Gen.Int[0, 20]).Array[1, 20]).Sample(
            (message, changes) =>
            {
                using var stream = new MemoryStream();
                message.WriteTo(stream);
                var octets = stream.ToArray().ToList();
                foreach (var (position, octet, removed) in changes)
                {
                    var index = position % octets.Count;
                    octets[index] = octet;
                    octets.RemoveRange(index, Math.Min(removed, octets.Count - index - 1));
                }

                AttachmentReader.Read(new MemoryStream([.. octets]), MimeLimits.Default, TimeProvider.System);
            },
            iter: 3_000);

    private static Gen<MimeMessage> Message(int depth) => Entity(depth).Select(body => new MimeMessage { Subject = "s", Body = body });

    private static Gen<MimeEntity> Entity(int depth)
    {
        if (depth == 0)
        {
            return Leaf;
        }

        var multipart = Gen.Select(Gen.OneOf("mixed", "related", "alternative", "digest"), Entity(depth - 1).Array[0, 4]).Select((subtype, children) =>
        {
            var multipart = new Multipart(subtype);
            foreach (var child in children)
            {
                multipart.Add(child);
            }

            return (MimeEntity)multipart;
        });
        var message = Entity(depth - 1).Select(body => (MimeEntity)new MessagePart { Message = new MimeMessage { Subject = "inner", Body = body } });
        return Gen.Frequency((3, Leaf), (3, multipart), (1, message));
    }

    private static MimeEntity CreateLeaf(string type, string name, int disposition, ContentEncoding encoding, byte[] content)
    {
        var part = new MimePart(ContentType.Parse(type)) { Content = new MimeContent(new MemoryStream(content)), ContentTransferEncoding = encoding };
        if (disposition != 0)
        {
            part.ContentDisposition = new ContentDisposition(disposition == 1 ? ContentDisposition.Attachment : ContentDisposition.Inline);
        }

        if (name.Length > 0 && disposition != 0)
        {
            part.ContentDisposition!.FileName = name;
        }
        else if (name.Length > 0)
        {
            part.ContentType.Name = name;
        }

        return part;
    }

    private static void Collect(MimeEntity? entity, List<Attachment> attachments)
    {
        switch (entity)
        {
            case Multipart multipart:
                foreach (var child in multipart)
                {
                    Collect(child, attachments);
                }

                break;
            case MessagePart part:
                Collect(part.Message?.Body, attachments);
                attachments.Add(new Attachment(string.Empty, "message/rfc822", Size: 0));
                break;
            case MimePart part when part.IsAttachment || part.FileName is { Length: > 0 } || !part.ContentType.IsMimeType("text", "*"):
                using (var decoded = new MemoryStream())
                {
                    part.Content?.DecodeTo(decoded);
                    attachments.Add(new Attachment(part.FileName ?? string.Empty, part.ContentType.MimeType, decoded.Length));
                }

                break;
        }
    }
}
