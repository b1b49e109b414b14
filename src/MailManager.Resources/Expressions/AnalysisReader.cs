using MailManager.Resources.AddressLists;
using MailManager.Resources.Binding;

namespace MailManager.Resources.Expressions;

/// <summary>Reads what policies and rules ask of add-ons and address lists.</summary>
internal static class AnalysisReader
{
    // The API's pattern for the result field has \s, which in its language is this set.
    internal static readonly TextRule ResultField = new(1, 256, @"(addon\.)?[ \t\r\n\f\va-zA-Z0-9_]+");
    internal static readonly TextRule Analyzer = new(1, int.MaxValue, "[a-zA-Z0-9:_/+=,@.#-]+");

    public static Analysis? Read(DocumentValue value)
    {
        if (value.Map(["Analyzer", "ResultField"]) is not { } map)
        {
            return null;
        }

        var analyzer = map.Text("Analyzer", Analyzer);
        var field = map.Text("ResultField", ResultField);
        return map.Failed ? null : new Analysis(analyzer!, field!);
    }

    /// <summary>Reads <c>IsInAddressList</c>: exactly one list, by name or ARN; what is handed on is the name.</summary>
    public static (T Attribute, string AddressList)? ReadMembership<T>(DocumentValue value, WireWords<T> attributes)
        where T : struct, Enum
    {
        if (value.Map(["Attribute", "AddressLists"]) is not { } map)
        {
            return null;
        }

        var attribute = map.Word("Attribute", attributes);
        var lists = map.RequiredItems("AddressLists", 1, 1, AddressListName.ReadReference);
        return map.Failed ? null : (attribute!.Value, lists[0]);
    }
}
