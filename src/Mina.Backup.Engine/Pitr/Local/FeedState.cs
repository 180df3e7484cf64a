using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Mina.Backup.Engine.Pitr.Local;

/// <summary>Which segments of a plan were fetched, taken and are wanted next. Not for several threads.</summary>
/// <param name="names">Names of the segments in the order of replay.</param>
internal sealed class FeedState(IReadOnlyList<string> names)
{
    private readonly Dictionary<string, int> places = names.Select((name, place) => (name, place)).ToDictionary(pair => pair.name, pair => pair.place, StringComparer.Ordinal);
    private readonly HashSet<int> fetched = [];
    private readonly HashSet<int> taken = [];
    private readonly HashSet<int> passed = [];
    private long takenRead;
    private int current = -1;
    private int wanted = -1;
    private int next;

    /// <summary>Number of segments that recovery took.</summary>
    public int Taken => taken.Count;

    /// <summary>Reads what the script has written since.</summary>
    [SuppressMessage("Reliability", "CA2022:Avoid inexact read", Justification = "What is not there yet is read the next time.")]
    public void Look(string takenFile, string wantedFile)
    {
        if (File.Exists(takenFile))
        {
            using var file = new FileStream(takenFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Position = takenRead;
            var buffer = new byte[file.Length - takenRead];
            var text = Encoding.ASCII.GetString(buffer, 0, file.Read(buffer));
            // A line that is half written is read the next time.
            text = text[..(text.LastIndexOf('\n') + 1)];
            takenRead += text.Length;
            foreach (var name in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                if (places.TryGetValue(name, out var place))
                {
                    current = place;
                    taken.Add(place);
                }
            }
        }

        wanted = places.GetValueOrDefault(ReadWanted(wantedFile), -1);
    }

    /// <summary>The segment to fetch next: what recovery waits for, else the first that is missing, as long as few enough wait to be taken.</summary>
    public bool TryNext(int ahead, out int place)
    {
        if (wanted >= 0 && (fetched.Add(wanted) || Recall(wanted)))
        {
            place = wanted;
            return true;
        }

        while (next < names.Count && fetched.Contains(next))
        {
            next++;
        }

        place = next;
        return next < names.Count && fetched.Count - taken.Count < ahead && fetched.Add(next);
    }

    /// <summary>Names of segments that recovery took and is well behind, each once, or again when it was asked for again.</summary>
    public IEnumerable<string> TakePassed(int kept)
    {
        foreach (var place in taken.Where(place => place + kept <= current && passed.Add(place)).ToList())
        {
            yield return names[place];
        }
    }

    private static string ReadWanted(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (FileNotFoundException)
        {
            // Nothing is waited for, or what was has come.
            return "";
        }
    }

    // At its end recovery reads the segment of its last record once more; reading ahead may have led it far beyond by then.
    private bool Recall(int place) => passed.Remove(place) && taken.Remove(place);
}
