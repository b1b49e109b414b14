using System.Collections;
using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text;
using MailManager.Resources.Identities;
using MailManager.Resources.Secrets;

namespace MailManager.Resources.Tests;

/// <summary>Writes records with everything in them, so that two can be compared: lists in records compare by reference only.</summary>
internal static class RecordText
{
    public static string Of(object? value)
    {
        var text = new StringBuilder();
        Write(text, value);
        return text.ToString();
    }

    private static void Write(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case Secret secret:
                text.Append(secret.Name).Append(": ");
                Write(text, secret.Values.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));
                Write(text, secret.PreviousValues?.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));
                break;
            case IdentitySet:
                break;
            case ReadOnlyMemory<byte> octets:
                text.Append('"').Append(Encoding.Latin1.GetString(octets.Span)).Append('"');
                break;
            case string or IPEndPoint or IPAddress or IPNetwork or TimeSpan or Enum or IConvertible:
                text.Append('"').Append(Convert.ToString(value, CultureInfo.InvariantCulture)).Append('"');
                break;
            case IEnumerable items:
                text.Append('[');
                foreach (var item in items)
                {
                    Write(text, item);
                    text.Append(", ");
                }

                text.Append(']');
                break;
            default:
                text.Append(value.GetType().Name).Append(" { ");
                foreach (var property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
                {
                    text.Append(property.Name).Append(" = ");
                    Write(text, property.GetValue(value));
                    text.Append("; ");
                }

                text.Append('}');
                break;
        }
    }
}
