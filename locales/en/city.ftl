# The city's own pages, in the plain English of public services.

city-home-title = What would you like to do?
city-home-doors = Services
city-home-today-open = { $day } · open today
city-home-today-closed = { $day } · closed today. Open again on { $next }
city-home-today-special = { $day } · the hall is closed, but { $counters }
city-home-counter-from = { $counter } is open from { $time }
city-home-counter-open = { $counter } is open
city-home-counter-and = ,{" "}
city-home-now = Counters now
city-home-as-of = As of { $time }
city-home-about = about{" "}
city-home-no-wait = no wait
city-home-waiting = { $n ->
    [one] 1 person waiting
   *[other] { $n } people waiting
}
city-home-waiting-nobody = Nobody is waiting
city-home-more-numbers = See more numbers
city-unit-minutes = {" "}min
city-unit-people = {" "}people
city-unit-points = {" "}of 5

city-door-book = Book a counter visit
city-door-book-wait = { $counter }: about { $n } min wait now
city-door-book-free = No waiting right now
city-door-book-closed = You can book at any time of day
city-door-now = How busy are the counters?
city-door-now-people = { $n ->
    [one] 1 person is waiting now
   *[other] { $n } people are waiting now
}
city-door-now-nobody = Nobody is waiting now
city-door-now-closed = See the quiet hours
city-door-find = View or cancel a booking
city-door-find-line = With your booking number
city-door-help = Ask or call us
city-door-help-line = Telephone numbers of all divisions
city-door-help-phone = By telephone too: { $phone }
city-door-numbers = City in numbers
city-door-numbers-line = Waiting times and more
city-door-numbers-stay = Last week a visit usually took { $n } min
city-door-access = Easier to read and use
city-door-access-line = Large text, easy Japanese, English

city-fig-stay = Time at the counter
city-fig-stay-say = From reception to the end; the middle value of last week.
city-fig-stay-shorter = From reception to the end. Shorter for { $n } weeks in a row.
city-fig-came = People served
city-fig-came-say = People whose business was done at a counter last week.
city-fig-said = Satisfaction
city-fig-said-say = Mean of { $n } answers in six weeks; 5 is best.

city-numbers-title = { $city } in numbers
city-numbers-lead = Calculated from the times measured at the counters and from residents’ answers.
city-period = { $from } to { $to }
city-few = –
city-came-title = People served
city-came-say = { $n } people were served last week
city-came-few = Fewer than 10 people were served last week
city-stay-title = Time at the counter
city-stay-say = Last week a visit usually took { $n } minutes
city-stay-shorter = Last week usually { $n } minutes: shorter for { $weeks } weeks in a row
city-stay-few = Too few visits last week to show a time
city-stay-how = The middle value (median), in minutes.
city-table-title = Week by week
city-counters-title = Last week by counter
city-col-week = Week from
city-col-counter = Counter
city-col-came = Served
city-col-booked = Booked
city-col-no-show = Did not come
city-col-stay = Stay
city-col-wait = Wait
city-week-of = { $day }
city-csv-visits = Save this table as CSV
city-csv-stay = Median stay (min)
city-csv-wait = Median wait (min)
city-empty-title = No figures for last week yet
city-empty-text = Figures appear in the week after the first counter visits.
city-said-title = Satisfaction
city-said-say = { $mean } out of 5 on average ({ $n } answers)
city-said-how = Asked after the visit, not in front of the clerk. 5 means “very good”.
city-said-all = All
city-col-service = Procedure
city-col-answers = Answers
city-col-mean = Mean (of 5)
city-csv-said = Save this table as CSV
city-said-few = Results appear here after ten answers.
city-how-title = About these numbers
city-how-measured = Reception, call and end are recorded at the counter. Nobody types these numbers in.
city-how-median = All times are medians, so a few very long visits do not distort them.
city-how-few = Numbers from fewer than 10 people, and numbers that would give such a number away, are shown as “–”, because they could point to a person.
city-how-nobody = Names and contact data are not used.

city-help-title = Need help?
city-help-lead = If anything is unclear, please call us or ask at a counter.
city-help-main = City hall switchboard
city-help-relay = If you cannot hear or speak on the telephone, you can use fax or the telephone relay service.
city-help-faq = Questions people often ask
city-help-desks = Contact by counter
city-help-unit = Division
city-faq-account = Do I need an account?
city-faq-account-a = No. You can book without an account or password. Keep your booking number and the address of your booking page.
city-faq-phone = Can I book by telephone?
city-faq-phone-a = Yes. Call the counter; our staff will make the same booking for you.
city-faq-lost = I lost my booking number or link
city-faq-lost-a = If you gave an e-mail address, we can send the link again. If not, please call the counter.
city-faq-cancel = I want to cancel
city-faq-cancel-a = Use “Cancel this booking” on your booking page. Just opening the page does not cancel anything.
city-faq-late = I will be late
city-faq-late-a = Please come anyway; you may have to wait when it is busy. If you cannot come, cancel or call us.
city-faq-walk-in = Can I come without a booking?
city-faq-walk-in-a = For most procedures, yes. Take a ticket at reception. Booked visitors and others are called in turn.
city-faq-home-screen = Can I put this on my phone’s home screen?
city-faq-home-screen-a = Yes. Choose “Add to home screen” in your browser’s menu.

city-access-title = Easier to read and use
city-access-lead = We want everybody to be able to use these pages, whatever their age, disability or language.
city-access-you = Make it fit you
city-access-language = Choose Japanese, easy Japanese or English under “言葉 / Language”.
city-access-size = “Larger text” enlarges every page. Pages stay readable at 200% in your browser.
city-access-dark = If your device is in dark mode, these pages are dark too.
city-access-keyboard = Everything works with a keyboard alone.
city-access-script = Booking, viewing and cancelling work without JavaScript.
city-access-help = Tell us when booking if you need wheelchair access, sign language or writing, an interpreter, a companion, or bring a small child.
city-access-aim = What we aim for
city-access-aim-text = WCAG 2.2 level AA and JIS X 8341-3:2016 level AA.
city-access-checked = Every page is checked by machine with every change: contrast, headings, keyboard, phone width.
city-access-missing = What is still missing
city-access-missing-sign = There are no sign language videos yet.
city-access-missing-people = Tests by people with disabilities are still to come.
city-access-missing-staff = Staff pages are mainly in Japanese.
city-access-tell = Tell us what is hard to use
city-access-tell-text = Call, fax or visit the office below. We will find another way for you.

city-privacy-title = Your personal data
city-privacy-lead = We ask only for what is needed, and delete it when it is no longer.
city-privacy-what = What we keep
city-privacy-what-book = Your booking (procedure, day and time, who comes, help needed)
city-privacy-what-contact = Name, e-mail address and telephone number, only if you gave them
city-privacy-what-number = We never ask for My Number.
city-privacy-long = How long
city-privacy-long-text = Name and contact data are deleted automatically a set number of days after the visit. Only records that point to nobody remain. The telephone number and name of a call-back request are deleted 30 days after it has ended.
city-privacy-who = Who sees it
city-privacy-who-text = Only staff of the counter in charge. Who looked and when is recorded and cannot be changed.
city-privacy-numbers = Statistics
city-privacy-numbers-text = Waiting times and other statistics use no names or contact data. Numbers from fewer than 10 people are not published.
city-privacy-cookies = Cookies and other companies
city-privacy-cookies-text = Cookies only remember your language and text size. There is no advertising or tracking, and nothing is sent to other companies.
city-privacy-rights = See, correct or delete your data
city-privacy-rights-text = Please contact the office below.

city-year-title = This fiscal year
city-year-lead = From April until today, collected automatically from the counters.
city-year-n = n = { $n }
city-year-more = All numbers and how they are worked out
city-cost-title = Programmes and their cost
city-cost-say = In { $year }, { $n } programmes cost { $amount }
city-cost-large = ¥{ $n } million
city-cost-more = See each programme
city-cost-none = No programme has been published yet.
city-col-policy = Policy
city-col-programmes = Programmes
city-col-cost = Cost (yen)
city-col-general = of it general revenue (yen)
