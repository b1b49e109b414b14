using System.Buffers;
using System.Collections.Immutable;
using MailManager.Messages.Headers;

namespace MailManager.Rules.Operands;

/// <summary>
/// The texts of header fields that conditions compare, extracted when first asked for and kept until the next message; a field that occurs
/// twice yields those of both. Buffers come from the shared pools and go back with <see cref="Clear"/>. Not thread-safe.
/// </summary>
internal sealed class HeaderTexts
{
    private const int NotExtracted = -1;

    private ImmutableArray<HeaderOperand> _operands = [];
    private (int First, int Count)[] _slots = [];
    private char[] _characters = [];
    private int _charactersUsed;
    private TextSlice[] _texts = [];
    private int _textsUsed;

    /// <summary>Forgets the texts and changes to the operands of another rule set.</summary>
    public void Reset(ImmutableArray<HeaderOperand> operands)
    {
        _operands = operands;
        if (_slots.Length < operands.Length)
        {
            _slots = new (int, int)[operands.Length];
        }

        Clear();
    }

    /// <summary>Gives the buffers back.</summary>
    public void Clear()
    {
        Array.Fill(_slots, (0, NotExtracted));
        _charactersUsed = 0;
        _textsUsed = 0;
        if (_characters.Length > 0)
        {
            ArrayPool<char>.Shared.Return(_characters);
            _characters = [];
        }

        if (_texts.Length > 0)
        {
            ArrayPool<TextSlice>.Shared.Return(_texts);
            _texts = [];
        }
    }

    /// <summary>All texts of the field; none when the message has no such field.</summary>
    public OperandTexts Read(int slot, HeaderView view)
    {
        var (first, count) = Texts(slot, view);
        return OperandTexts.Several(_characters, _texts.AsSpan(first, count));
    }

    private (int First, int Count) Texts(int slot, HeaderView view)
    {
        if (_slots[slot].Count == NotExtracted)
        {
            var first = _textsUsed;
            Extract(_operands[slot], view);
            _slots[slot] = (first, _textsUsed - first);
        }

        return _slots[slot];
    }

    private void Extract(HeaderOperand operand, HeaderView view)
    {
        for (var i = view.IndexOf(operand.Name.Span); i >= 0; i = view.IndexOf(operand.Name.Span, i + 1))
        {
            var octets = view[i].Value;
            var text = Take(HeaderText.Unfold(octets, Room(octets.Length)));
            switch (operand.Form)
            {
                case HeaderForm.Text:
                    AddText(text);
                    break;
                case HeaderForm.TextAndAddresses:
                    AddText(text);
                    AddAddresses(text, onlyDomains: false);
                    break;
                case HeaderForm.MessageId:
                    Add(WithoutBrackets(text));
                    break;
                default:
                    AddAddresses(text, operand.Form == HeaderForm.Domains);
                    break;
            }
        }
    }

    /// <summary>Adds the decoded text alone where there is something to decode: in the encoded one, base64 would match short values by chance.</summary>
    private void AddText(TextSlice text)
    {
        if (EncodedWords.MayOccur(text.Of(_characters)))
        {
            var decoded = EncodedWords.Decode(text.Of(_characters));
            decoded.CopyTo(Room(decoded.Length));
            text = Take(decoded.Length);
        }

        Add(text);
    }

    private void AddAddresses(TextSlice text, bool onlyDomains)
    {
        // All addresses together are no longer than the text, so that the room does not move while they are added.
        var room = Room(text.Length);
        var addresses = new AddressSpecs(text.Of(_characters), room);
        while (addresses.TryNext(out var length))
        {
            var address = Take(length);
            var domain = EnvelopeOperand.DomainOf(address.Of(_characters)).Length;
            Add(onlyDomains ? new TextSlice(address.Start + length - domain, domain) : address);
        }
    }

    private TextSlice WithoutBrackets(TextSlice text) =>
        text.Of(_characters) is ['<', .., '>'] ? new TextSlice(text.Start + 1, text.Length - 2) : text;

    /// <summary>At least so many free characters at the end of the buffer.</summary>
    private Span<char> Room(int length)
    {
        if (_characters.Length - _charactersUsed < length)
        {
            Grow(ref _characters, _charactersUsed, length);
        }

        return _characters.AsSpan(_charactersUsed);
    }

    /// <summary>The next characters, which have been written.</summary>
    private TextSlice Take(int length)
    {
        var slice = new TextSlice(_charactersUsed, length);
        _charactersUsed += length;
        return slice;
    }

    private void Add(TextSlice text)
    {
        if (_texts.Length == _textsUsed)
        {
            Grow(ref _texts, _textsUsed, 16);
        }

        _texts[_textsUsed++] = text;
    }

    private static void Grow<T>(ref T[] buffer, int used, int more)
    {
        var larger = ArrayPool<T>.Shared.Rent(Math.Max(used + more, 2 * buffer.Length));
        buffer.AsSpan(0, used).CopyTo(larger);
        if (buffer.Length > 0)
        {
            ArrayPool<T>.Shared.Return(buffer);
        }

        buffer = larger;
    }
}
