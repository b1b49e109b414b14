using System.Runtime.CompilerServices;

namespace MailManager.Rules.Operands;

/// <summary>
/// The texts that an operand has at present: none, one, or several as a header has that occurs twice. Read in place; valid until the input changes or
/// another operand is read.
/// </summary>
internal readonly ref struct OperandTexts
{
    private readonly ReadOnlySpan<char> _characters;
    private readonly ReadOnlySpan<TextSlice> _slices;
    private readonly ReadOnlySpan<string> _strings;

    private OperandTexts(int count, ReadOnlySpan<char> characters, ReadOnlySpan<TextSlice> slices, ReadOnlySpan<string> strings)
    {
        Count = count;
        _characters = characters;
        _slices = slices;
        _strings = strings;
    }

    public static OperandTexts None => default;

    public int Count { get; }

    public ReadOnlySpan<char> this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => !_slices.IsEmpty ? _slices[index].Of(_characters)
            : !_strings.IsEmpty ? _strings[index]
            : _characters;
    }

    public static OperandTexts One(ReadOnlySpan<char> text) => new(1, text, [], []);

    public static OperandTexts Several(ReadOnlySpan<char> characters, ReadOnlySpan<TextSlice> slices) => new(slices.Length, characters, slices, []);

    public static OperandTexts Several(ReadOnlySpan<string> strings) => new(strings.Length, [], [], strings);

    /// <summary>Copies, for explanations.</summary>
    public string[] ToArray()
    {
        var copies = new string[Count];
        for (var i = 0; i < copies.Length; i++)
        {
            copies[i] = new string(this[i]);
        }

        return copies;
    }
}

/// <summary>Where a text is in a buffer of characters.</summary>
internal readonly record struct TextSlice(int Start, int Length)
{
    public ReadOnlySpan<char> Of(ReadOnlySpan<char> characters) => characters.Slice(Start, Length);
}
