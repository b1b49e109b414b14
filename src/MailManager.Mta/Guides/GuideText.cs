using System.Globalization;
using System.Text;

namespace MailManager.Mta.Guides;

/// <summary>A guide for people, in Markdown, which the documentation holds too.</summary>
internal static class GuideText
{
    public static string Write(GatewayGuide guide)
    {
        var text = new StringBuilder();
        foreach (var paragraph in guide.Before)
        {
            text.Append(paragraph).Append("\n\n");
        }

        for (var i = 0; i < guide.Steps.Length; i++)
        {
            var step = guide.Steps[i];
            text.Append(CultureInfo.InvariantCulture, $"## {i + 1}. {step.Title}\n\n");
            foreach (var line in step.Lines)
            {
                text.Append("- ").Append(line).Append('\n');
            }

            if (step.Code is { } code)
            {
                text.Append(CultureInfo.InvariantCulture, $"\n```{step.Language}\n{code.TrimEnd()}\n```\n");
            }

            text.Append('\n');
        }

        return text.ToString().TrimEnd() + "\n";
    }
}
