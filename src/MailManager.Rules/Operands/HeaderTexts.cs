using System.Buffers;
using System.Collections.Immutable;
using MailManager.Messages.Headers;
using MailManager.Rules.Strings;

namespace MailManager.Rules.Operands;

/// <summary>
/// The texts of header fields that conditions compare, extracted when first asked for and kept until the next message. A field yields
/// its whole value, unfolded and with encoded words decoded, and if it holds addresses each of these; a field that occurs twice yields
/// both. Buffers come from the shared pools and go back with <see cref="Clear"/>. Not thread-safe.
/// </summary>
internal sealed class HeaderTexts
{
    private const int NotExtracted = -1;

    private ImmutableArray<HeaderOperand> _operands = [];
    private (int First, int Count)[] _slots = [];
    private char[] _characters = [];
    private int _charactersUsed;
    private (int Start, int Length)[] _texts = [];
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
            ArrayPool<(int, int)>.Shared.Return(_texts);
            _texts = [];
        }
    }

    /// <summary>Whether any text of the field matches; false when the message has no such field.</summary>
    public bool AnyMatches(int slot, StringMatcher matcher, HeaderView view)
    {
        var (first, count) = Texts(slot, view);
        foreach (var (start, length) in _texts.AsSpan(first, count))
        {
            if (matcher.Matches(_characters.AsSpan(start, length)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>All texts of the field, for explanations. Allocates.</summary>
    public string[] Read(int slot, HeaderView view)
    {
        var (first, count) = Texts(slot, view);
        return [.. _texts.Skip(first).Take(count).Select(text => new string(_characters, text.Start, text.Length))];
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
            var start = _charactersUsed;
            var text = _textsUsed;
            Add(HeaderText.Unfold(octets, Room(octets.Length)));
            var length = _charactersUsed - start;
            if (operand.HoldsAddresses)
            {
                // All addresses together are no longer than the text, so that the room does not move while they are added.
                var room = Room(length);
                var addresses = new AddressSpecs(_characters.AsSpan(start, length), room);
                while (addresses.TryNext(out var addressLength))
                {
                    Add(addressLength);
                }
            }

            if (EncodedWords.MayOccur(_characters.AsSpan(start, length)))
            {
                var decoded = EncodedWords.Decode(_characters.AsSpan(start, length));
                decoded.CopyTo(Room(decoded.Length));
                Add(decoded.Length);

                // Instead of the encoded text, in which base64 would match short values by chance.
                _texts[text] = _texts[--_textsUsed];
            }
        }
    }

    /// <summary>At least so many free characters at the end of the buffer.</summary>
    private Span<char> Room(int length)
    {
        if (_characters.Length - _charactersUsed < length)
        {
            Grow(ref _characters, _charactersUsed, length);
        }

        return _characters.AsSpan(_charactersUsed);
    }

    /// <summary>Makes the next characters, already written, a text.</summary>
    private void Add(int length)
    {
        if (_texts.Length == _textsUsed)
        {
            Grow(ref _texts, _textsUsed, 16);
        }

        _texts[_textsUsed++] = (_charactersUsed, length);
        _charactersUsed += length;
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
