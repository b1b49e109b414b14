using System.Text.Json;

namespace MailManager.Resources.AddressLists;

/// <summary>
/// Takes the addresses of a JSON file (RFC 8259): <c>{"items":[{"address":"..."}]}</c>, or a plain array; items may be maps with an <c>address</c> or
/// texts. Other keys do not count.
/// </summary>
internal sealed class JsonAddressParser : IAddressListParser
{
    private const string NotAnItem = "is neither a text nor a map with the text 'address'";

    private JsonReaderState _state;
    private bool _hasStarted;
    private bool _hasItems;
    private bool _isItems;
    private bool _isAddress;

    /// <summary>Depth of the array of items; -1 outside of it.</summary>
    private int _depthOfItems = -1;

    private long _lineOfItem = 1;
    private string? _address;
    private string? _problem;

    public long Line { get; private set; } = 1;

    public int Parse(ReadOnlySpan<byte> block, bool isLast, List<AddressListItem> items)
    {
        var start = 0;
        if (!_hasStarted)
        {
            if (block.Length < Utf8Items.ByteOrderMark.Length && !isLast)
            {
                return 0;
            }

            _hasStarted = true;
            start = block.StartsWith(Utf8Items.ByteOrderMark) ? Utf8Items.ByteOrderMark.Length : 0;
        }

        var reader = new Utf8JsonReader(block[start..], isLast, _state);
        var counted = start;
        try
        {
            while (reader.Read())
            {
                var at = start + (int)reader.TokenStartIndex;
                Line += block[counted..at].Count((byte)'\n');
                counted = at;
                Take(ref reader, items);
            }
        }
        catch (JsonException exception)
        {
            throw new AddressListImportException((exception.LineNumber ?? 0) + 1, "is not valid JSON");
        }

        var consumed = start + (int)reader.BytesConsumed;
        Line += block[counted..consumed].Count((byte)'\n');
        _state = reader.CurrentState;
        return consumed;
    }

    private void Take(ref Utf8JsonReader reader, List<AddressListItem> items)
    {
        if (_depthOfItems < 0)
        {
            FindItems(ref reader);
        }
        else if (reader.CurrentDepth == _depthOfItems)
        {
            // The end of the array; of a second one of that name there may be more.
            _depthOfItems = -1;
        }
        else if (reader.CurrentDepth == _depthOfItems + 1)
        {
            TakeItem(ref reader, items);
        }
        else if (reader.CurrentDepth == _depthOfItems + 2)
        {
            TakeMember(ref reader);
        }
    }

    /// <summary>The items are the root, or what the key <c>items</c> of the root has.</summary>
    private void FindItems(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName when reader.CurrentDepth == 1:
                _isItems = reader.ValueTextEquals("items"u8);
                break;
            case JsonTokenType.StartArray when reader.CurrentDepth == 0 || (reader.CurrentDepth == 1 && _isItems):
                _depthOfItems = reader.CurrentDepth;
                _hasItems = true;
                break;
            case JsonTokenType.EndObject when reader.CurrentDepth == 0 && _hasItems:
            case JsonTokenType.StartObject when reader.CurrentDepth == 0:
                break;
            case var _ when reader.CurrentDepth == 0 || (reader.CurrentDepth == 1 && _isItems):
                throw new AddressListImportException(Line, "must be an array, or a map whose 'items' is an array");
        }
    }

    private void TakeItem(ref Utf8JsonReader reader, List<AddressListItem> items)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                (_lineOfItem, _address, _problem, _isAddress) = (Line, null, null, false);
                break;
            case JsonTokenType.EndObject:
                items.Add(new AddressListItem(_lineOfItem, _address, _address is null ? _problem ?? NotAnItem : null));
                break;
            case JsonTokenType.StartArray:
                (_lineOfItem, _isAddress) = (Line, false);
                break;
            case JsonTokenType.EndArray:
                items.Add(new AddressListItem(_lineOfItem, null, NotAnItem));
                break;
            default:
                var text = Text(ref reader, out var problem);
                items.Add(new AddressListItem(Line, text, problem));
                break;
        }
    }

    private void TakeMember(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.PropertyName)
        {
            _isAddress = reader.ValueTextEquals("address"u8);
        }
        else if (_isAddress)
        {
            _address = Text(ref reader, out _problem);
        }
    }

    private static string? Text(ref Utf8JsonReader reader, out string? problem)
    {
        problem = NotAnItem;
        if (reader.TokenType != JsonTokenType.String)
        {
            return null;
        }

        try
        {
            problem = null;
            return reader.GetString()!.Trim(' ', '\t');
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, or octets that are not UTF-8.
            problem = "is not text";
            return null;
        }
    }
}
