using System.Globalization;
using System.Text;
using MailManager.Resources.Documents;

namespace MailManager.Mta.Simulation.Corpus;

/// <summary>A difference for people.</summary>
internal static class DifferenceText
{
    /// <summary>Cases shown of each change.</summary>
    private const int Shown = 10;

    private const int MaximumText = 200;

    public static string Write(Difference difference)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{difference.Messages} messages with {difference.Recipients} recipients: {difference.Changed} change.");
        foreach (var change in difference.Changes)
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{change.Cases.Length} x  {change.Old}  ->  {change.New}");
            foreach (var (message, recipient) in change.Cases.Take(Shown))
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"    {DisplayText.Escape(message, MaximumText)}  {DisplayText.Escape(recipient, MaximumText)}");
            }

            if (change.Cases.Length > Shown)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"    and {change.Cases.Length - Shown} more");
            }
        }

        return text.ToString();
    }
}
