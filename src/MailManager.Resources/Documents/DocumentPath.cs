using System.Text;

namespace MailManager.Resources.Documents;

/// <summary>The way from the root of a document to a value, such as <c>Relays[0].Authentication</c>. Written only for an error.</summary>
public sealed class DocumentPath
{
    /// <summary>The whole document; written as nothing.</summary>
    public static readonly DocumentPath Root = new(null, "", -1);

    private readonly DocumentPath? _parent;
    private readonly string _key;
    private readonly int _index;

    private DocumentPath(DocumentPath? parent, string key, int index)
    {
        _parent = parent;
        _key = key;
        _index = index;
    }

    public DocumentPath Key(string key) => new(this, key, -1);

    /// <param name="index">From 0.</param>
    public DocumentPath Index(int index) => new(this, "", index);

    public override string ToString()
    {
        var text = new StringBuilder();
        Write(text);
        return text.ToString();
    }

    private void Write(StringBuilder text)
    {
        if (_parent is null)
        {
            return;
        }

        _parent.Write(text);
        if (_index >= 0)
        {
            text.Append('[').Append(_index).Append(']');
        }
        else
        {
            // Keys that nobody knows come from the document and may be anything.
            text.Append(text.Length > 0 ? "." : "").Append(IsWord(_key) ? _key : DisplayText.Quote(_key));
        }
    }

    private static bool IsWord(string key) =>
        key.Length is > 0 and <= 64 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}
