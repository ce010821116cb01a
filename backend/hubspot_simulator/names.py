# ruff: noqa: E501, SIM905  (tables read better wide, and words better as text)
"""Word lists for plausible people: names, places, firms."""

from __future__ import annotations

FIRST = """
James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph
Jessica Thomas Sarah Charles Karen Christopher Lisa Daniel Nancy Matthew Betty Anthony Sandra Mark Margaret
Donald Ashley Steven Kimberly Andrew Emily Paul Donna Joshua Michelle Kenneth Carol Kevin Amanda Brian Melissa
Timothy Deborah Ronald Stephanie Jason Rebecca George Sharon Edward Laura Jeffrey Cynthia Ryan Dorothy Jacob Amy
Nicholas Kathleen Gary Angela Eric Shirley Jonathan Emma Stephen Brenda Larry Pamela Justin Nicole Scott Anna
Brandon Samantha Benjamin Katherine Samuel Christine Gregory Debra Alexander Rachel Patrick Carolyn Frank Janet
Raymond Maria Jack Olivia Dennis Heather Jerry Helen Tyler Catherine Aaron Diane Jose Julie Adam Victoria Nathan
Joyce Henry Lauren Zachary Kelly Douglas Christina Peter Ruth Kyle Joan Noah Virginia Ethan Judith Jeremy Evelyn
Christian Hannah Walter Andrea Keith Megan Austin Cheryl Roger Jacqueline Terry Madison Sean Teresa Gerald Abigail
Carl Sophia Dylan Martha Harold Sara Jordan Gloria Jesse Janice Bryan Kathryn Lawrence Ann Arthur Isabella Gabriel
Judy Bruce Charlotte Logan Julia Billy Grace Joe Amber Alan Alice Juan Jean Elijah Denise Willie Frances Albert
Danielle Wayne Marilyn Randy Natalie Mason Beverly Vincent Diana Liam Brittany Roy Theresa Bobby Kayla Caleb Alexis
Bradley Doris Russell Lori Lucas Tiffany Marcus Kenya Darnell Latoya Tyrone Imani Malik Aaliyah DeShawn Keisha
José María Sofía Jesús Ángel Andrés Raúl Iván Mónica Verónica Adrián Héctor Lucía Camila Mateo Santiago Valentina
Alejandro Guadalupe Esperanza Ximena Joaquín Inés Begoña Zoë Chloé Renée André François Hélène Noémie Jürgen Björn
Søren Łukasz Zofia Agnieszka Dmitri Svetlana Yuki Kenji Hiroshi Aiko Wei Xiaoling Mei Jian Minh Thuy Linh Anh
Priya Rajesh Anjali Vikram Deepika Arjun Sunita Fatima Omar Layla Yusuf Amira Khalid Nadia Chidi Ngozi Adaeze
Kwame Abena Siobhán Seán Niamh Oisín Mary-Kate Jean-Luc Anne-Marie D'Andre
""".split()

LAST = """
Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson
Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young
Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter
Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart Morris Morales Murphy Cook Rogers
Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim Cox Ward Richardson Watson Brooks Chavez
Wood James Bennett Gray Mendoza Ruiz Hughes Price Alvarez Castillo Sanders Patel Myers Long Ross Foster Jimenez
Powell Jenkins Perry Russell Sullivan Bell Coleman Butler Henderson Barnes Gonzales Fisher Vasquez Simmons Romero
Jordan Patterson Alexander Hamilton Graham Reynolds Griffin Wallace Moreno West Cole Hayes Bryant Herrera Gibson
Ellis Tran Medina Aguilar Stevens Murray Ford Castro Marshall Owens Harrison Fernandez Mcdonald Woods Washington
Kennedy Wells Vargas Henry Chen Freeman Webb Tucker Guzman Burns Crawford Olson Simpson Porter Hunter Gordon Mendez
Silva Shaw Snyder Mason Dixon Muñoz Hunt Hicks Holmes Palmer Wagner Black Robertson Boyd Stone Salazar Fox Warren
Mills Meyer Rice Schmidt Garza Daniels Ferguson Nichols Stephens Soto Weaver Ryan Gardner Payne Grant Dunn Kelley
Spencer Hawkins Arnold Pierce Hansen Peters Santos Hart Bradley Knight Elliott Cunningham Duncan Armstrong Hudson
Carroll Lane Riley Andrews Alvarado Ray Delgado Berry Perkins Hoffman Johnston Matthews Peña Richards Contreras
Núñez Ibáñez Zúñiga Gutiérrez López García Martínez Hernández Pérez Sánchez Ramírez Müller Schröder Jäger Björk
Åkesson Østergaard Nowak Wójcik Kowalczyk Dvořák Novák Petrov Ivanova Yamamoto Tanaka Watanabe Suzuki Wang Zhang
Liu Huang Pham Hoang Vu Singh Kaur Sharma Gupta Reddy Iyer Khan Ahmed Hassan Haddad Abdi Okafor Adeyemi Okonkwo
Mensah Boateng O'Brien O'Connor O'Sullivan McCarthy MacLeod Smith-Jones García-López Van.Der.Berg De.La.Cruz
D'Angelo Rossi Bianchi Ricci Dubois Lefèvre Côté Bélanger
""".replace(".", " ").split("\n")
LAST = [
    name
    for line in LAST
    for name in line.replace("Van Der Berg", "Van_Der_Berg").replace("De La Cruz", "De_La_Cruz").split()
]
LAST = [name.replace("_", " ") for name in LAST]

NICKNAMES = {
    "Robert": "Bob", "William": "Bill", "Elizabeth": "Liz", "Michael": "Mike", "James": "Jim", "Jennifer": "Jen",
    "Patricia": "Pat", "Richard": "Rick", "Joseph": "Joe", "Thomas": "Tom", "Christopher": "Chris", "Daniel": "Dan",
    "Matthew": "Matt", "Anthony": "Tony", "Margaret": "Maggie", "Steven": "Steve", "Andrew": "Andy", "Katherine": "Kate",
    "Joshua": "Josh", "Kenneth": "Ken", "Timothy": "Tim", "Deborah": "Debbie", "Rebecca": "Becky", "Jeffrey": "Jeff",
    "Nicholas": "Nick", "Benjamin": "Ben", "Samuel": "Sam", "Gregory": "Greg", "Alexander": "Alex", "José": "Jose",
}  # fmt: skip

# City, state, area code, first and last ZIP code.
CITIES = [
    ("Austin", "TX", "512", 78701, 78759), ("Houston", "TX", "713", 77002, 77099), ("Dallas", "TX", "214", 75201, 75254),
    ("San Antonio", "TX", "210", 78201, 78261), ("Fort Worth", "TX", "817", 76102, 76140), ("El Paso", "TX", "915", 79901, 79938),
    ("Plano", "TX", "972", 75023, 75094), ("Round Rock", "TX", "512", 78664, 78682), ("Lubbock", "TX", "806", 79401, 79424),
    ("Phoenix", "AZ", "602", 85003, 85054), ("Tucson", "AZ", "520", 85701, 85757), ("Mesa", "AZ", "480", 85201, 85215),
    ("Scottsdale", "AZ", "480", 85250, 85266), ("Denver", "CO", "303", 80202, 80249), ("Aurora", "CO", "720", 80010, 80019),
    ("Colorado Springs", "CO", "719", 80903, 80928), ("Boulder", "CO", "303", 80301, 80305), ("Los Angeles", "CA", "213", 90001, 90068),
    ("San Diego", "CA", "619", 92101, 92139), ("San Jose", "CA", "408", 95110, 95139), ("Sacramento", "CA", "916", 95811, 95838),
    ("Fresno", "CA", "559", 93701, 93730), ("Oakland", "CA", "510", 94601, 94621), ("Riverside", "CA", "951", 92501, 92508),
    ("Seattle", "WA", "206", 98101, 98199), ("Spokane", "WA", "509", 99201, 99224), ("Tacoma", "WA", "253", 98402, 98424),
    ("Portland", "OR", "503", 97201, 97239), ("Salem", "OR", "503", 97301, 97317), ("Las Vegas", "NV", "702", 89101, 89183),
    ("Reno", "NV", "775", 89501, 89523), ("Salt Lake City", "UT", "801", 84101, 84124), ("Provo", "UT", "801", 84601, 84606),
    ("Boise", "ID", "208", 83702, 83716), ("Albuquerque", "NM", "505", 87102, 87123), ("Oklahoma City", "OK", "405", 73102, 73179),
    ("Tulsa", "OK", "918", 74103, 74137), ("Kansas City", "MO", "816", 64101, 64168), ("St. Louis", "MO", "314", 63101, 63147),
    ("Omaha", "NE", "402", 68102, 68164), ("Minneapolis", "MN", "612", 55401, 55455), ("St. Paul", "MN", "651", 55101, 55130),
    ("Milwaukee", "WI", "414", 53202, 53228), ("Madison", "WI", "608", 53703, 53726), ("Chicago", "IL", "312", 60601, 60661),
    ("Naperville", "IL", "630", 60540, 60567), ("Indianapolis", "IN", "317", 46201, 46280), ("Columbus", "OH", "614", 43201, 43235),
    ("Cleveland", "OH", "216", 44101, 44135), ("Cincinnati", "OH", "513", 45202, 45255), ("Detroit", "MI", "313", 48201, 48243),
    ("Grand Rapids", "MI", "616", 49503, 49548), ("Nashville", "TN", "615", 37201, 37221), ("Memphis", "TN", "901", 38103, 38141),
    ("Louisville", "KY", "502", 40202, 40245), ("Atlanta", "GA", "404", 30303, 30363), ("Savannah", "GA", "912", 31401, 31419),
    ("Charlotte", "NC", "704", 28202, 28278), ("Raleigh", "NC", "919", 27601, 27617), ("Durham", "NC", "919", 27701, 27713),
    ("Charleston", "SC", "843", 29401, 29414), ("Miami", "FL", "305", 33101, 33196), ("Orlando", "FL", "407", 32801, 32839),
    ("Tampa", "FL", "813", 33602, 33647), ("Jacksonville", "FL", "904", 32202, 32258), ("Birmingham", "AL", "205", 35203, 35244),
    ("New Orleans", "LA", "504", 70112, 70131), ("Baton Rouge", "LA", "225", 70801, 70820), ("Little Rock", "AR", "501", 72201, 72227),
    ("Richmond", "VA", "804", 23219, 23238), ("Virginia Beach", "VA", "757", 23451, 23464), ("Washington", "DC", "202", 20001, 20020),
    ("Baltimore", "MD", "410", 21201, 21239), ("Philadelphia", "PA", "215", 19102, 19154), ("Pittsburgh", "PA", "412", 15201, 15243),
    ("Newark", "NJ", "973", 7102, 7114), ("Jersey City", "NJ", "201", 7302, 7311), ("New York", "NY", "212", 10001, 10040),
    ("Brooklyn", "NY", "718", 11201, 11239), ("Buffalo", "NY", "716", 14201, 14228), ("Hartford", "CT", "860", 6103, 6120),
    ("Providence", "RI", "401", 2903, 2912), ("Boston", "MA", "617", 2108, 2136), ("Worcester", "MA", "508", 1602, 1610),
    ("Manchester", "NH", "603", 3101, 3109), ("Portland", "ME", "207", 4101, 4103), ("Honolulu", "HI", "808", 96813, 96826),
    ("Anchorage", "AK", "907", 99501, 99518), ("Cañon City", "CO", "719", 81212, 81215),
]  # fmt: skip

STREETS = """
Main Oak Maple Cedar Elm Pine Lake Hill Park Washington Lincoln Jefferson Sunset Ridge River Meadow Highland Church
Spring Willow Walnut Cherry Dogwood Magnolia Pecan Juniper Lakeview Barton Congress Guadalupe Lamar Mesquite Bluebonnet
""".split()
STREET_KINDS = "St Ave Rd Dr Ln Blvd Ct Way Pl Cir Street Avenue Drive".split()
FIRMS = """
Hill.Country.Realty Lone.Star.Builders Bluebonnet.Dental Capitol.City.Title Redwood.Analytics Summit.Health.Partners
Pecan.Street.Coffee Riverbend.Logistics Mesa.Verde.Homes Northgate.Insurance Harbor.Light.Electric Cypress.Creek.Farms
Silver.Oak.Legal Prairie.Wind.Energy Blue.Heron.Design Old.Mill.Brewing Granite.Peak.Roofing Juniper.&.Sons
Keystone.Accounting Westlake.Pediatrics Tres.Hermanos.Landscaping Café.del.Sol Atlas.Freight Evergreen.Property.Group
First.Street.Realtors Copper.Canyon.HVAC Delta.Queen.Catering Magnolia.Title.Company Three.Rivers.Steel Aurora.Labs
""".split()
FIRMS = [firm.replace(".", " ") for firm in FIRMS]
JOBS = """
Teacher Nurse Realtor Engineer Manager Electrician Accountant Attorney Owner Analyst Driver Designer Pharmacist
Contractor Consultant Paralegal Technician Chef Firefighter Retired
""".split()
# Reserved names (RFC 2606): nobody is mailed by accident.
MAIL_DOMAINS = (
    "mail.example.com",
    "inbox.example.net",
    "post.example.org",
    "example.com",
    "webmail.example.com",
    "home.example.net",
    "mybox.example.org",
)
