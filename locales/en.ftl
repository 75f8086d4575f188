# The words of Renkei's pages in English. The source language is Japanese (ja.ftl); keys are area-page-phrase.

## everywhere
common-product = Renkei
common-demo = Demonstration
common-skip = Skip to the content
common-test-certificate = test certificate
common-cover = Cover the screen
common-leaving = Nothing was done for a while; this page will close in a moment.
common-go-on = Go on
common-sign-out = Sign out
common-items = { $n ->
    [one] { $n } item
   *[other] { $n } items
}
common-newest = the newest { $n } shown
common-look = Look here
common-ago-now = just now
common-ago-minutes = { $n } min ago
common-ago-today = today { $time }
common-ago-yesterday = yesterday { $time }
common-ago-days = { $n ->
    [one] { $n } day ago
   *[other] { $n } days ago
}
common-age-years = { $n ->
    [one] { $n } year old
   *[other] { $n } years old
}
common-age-months = { $n ->
    [one] { $n } month old
   *[other] { $n } months old
}
common-list-comma = {", "}
common-view-until = Viewing until { $time } today

## start page
start-title = Start
start-touch-heading = Touch the patient card to the reader
start-touch-lead = Press the button, then hold the card to the reader; the record opens.
start-read-button = Read at { $place }
start-reader-of = Reader at { $place }
start-reader-connected = connected
start-reader-away = not connected
start-reader-faulty = reader faulty
start-reader-none = No reader is registered for this institution. Please call the support desk.
start-reader-all-away = No reader can be used now. Check its power and the computer at the reception.
start-reader-setup = Connect a reader, or mend its connection
reader-setup-title = Connect a reader
reader-setup-heading = Readers of this institution
reader-setup-lead = Whether the computers at the reception and their readers are connected now.
reader-setup-again = Look again
reader-setup-back = Back to the start
reader-setup-checked = as of { $time }
reader-setup-none = No reader is registered for this institution. Enrol one by the steps below.
reader-setup-last-seen = last sign of life
reader-setup-never = none yet (since the server started)
reader-setup-version = version of the agent
reader-setup-drift = the computer's clock differs by
reader-setup-drift-seconds = { $n } s
reader-setup-do-ready = Ready. Whether a card can be read can also be tried at the computer with “renkei-card-agent check”.
reader-setup-do-device = The computer is connected, but finds no reader. Plug it in again and run “renkei-card-agent readers” there.
reader-setup-do-faulty = The computer is connected, but cannot use the reader. If it has more than one, write the name of the right one as device in its settings.
reader-setup-do-away = Not connected. Check the computer's power and network, and that the agent runs (service RenkeiCardAgent or renkei-card-agent).
reader-setup-do-never = It has never been connected. Check steps 3 and 4 below.
reader-setup-do-drift = The computer's clock is far off. Let it be set automatically.
reader-setup-steps = Connecting one for the first time
reader-setup-step-1 = Plug the reader (a contactless PC/SC reader) into the computer at the reception and install the program renkei-card-agent there.
reader-setup-step-2 = Run “renkei-card-agent enrol” there and give the line device_key to the operator in a way that cannot be tampered with.
reader-setup-step-3 = After enrolment the operator returns a line reader. Add it to card-agent.toml on that computer.
reader-setup-step-4 = Start the agent. When this page says “connected”, you are done.
reader-setup-step-note = One key belongs to one computer: do not copy it. If a computer is given away or stolen, tell the operator at once.
start-visits-heading = May be seen now
start-visits-scope = during today's visit
start-visits-count = { $n ->
    [one] { $n } person, during today's visit
   *[other] { $n } people, during today's visit
}
start-visits-empty = No record is open. When a patient card is read, the patient appears here until the visit ends, at the latest today at 23:59.
start-visits-unnamed = (name not recorded)
start-visits-open = Open
start-visits-opened = Card { $time }, { $place }
start-notices-heading = Notices
start-closed = The visit is closed. To look again, read the patient card again.
start-notice-source-late = { $name }: data up to { $time } (late)
start-notice-source-never = { $name }: no data yet
start-notice-certificate-ends = Your certificate ends on { $day }. Please renew it before then.

## waiting for the card
waiting-title = Reading
waiting-heading = Hold the card to the reader
waiting-lead = The record opens by itself when the card is read. Waiting for { $n } more seconds.
waiting-go-on = Press here if nothing happens
waiting-stop = Stop

## frame of the patient pages
patient-band = Whose record this is
patient-own-number = Our number
patient-consent-all = Consent: all regions ({ $day })
patient-consent-own = Consent: own region only ({ $day })
patient-warnings = Warnings
patient-no-allergy = No allergy record has arrived
patient-feeds = Contributing institutions
patient-feed-late = {" "}(late)
patient-feed-held = {" "}(something has not come in)
patient-feed-none = nothing yet
patient-why = Why you may see this
patient-why-card = Patient card shown at { $time } ({ $place })
patient-why-consent = consent to take part
patient-why-matrix = rights of a { $profession }, version { $version }
patient-recorded = This view is recorded
patient-withheld = Some items may not be shown, by the patient's wish or by rule.
patient-paper = For print
patient-on-paper = This page cannot be printed. Open “For print” at the top right of the screen and print from there.
paper-title = Extract of the record
paper-back = Back to the record
paper-lead = A paper to go with a referral. It holds what your profession may take out. This output is recorded.
paper-print = Print
paper-printed = Printed { $time } { $who }
paper-diagnosis = Diagnosis
paper-since = Since
paper-source = Source
paper-sources = Institutions that sent records
paper-newest = last taken in
paper-flags = H is above, L is below the range. Judgement and range are those of the measuring institution.
paper-note = Records are shown as they arrived. Some may not have arrived, or may not be shown.
patient-close-visit = End the visit
patient-tabs = Kinds of records
patient-tab-summary = Summary
patient-tab-course = Course
patient-tab-medicines = Medicines
patient-tab-laboratory = Laboratory
patient-tab-diagnoses = Diagnoses
patient-tab-encounters = Visits and stays
patient-tab-others = Imaging and other
patient-sex-male = male
patient-sex-female = female
patient-sex-other = other
patient-sex-unknown = sex not recorded
patient-birth-unknown = birth date not recorded

## warnings
warning-allergy = Allergy
warning-kidney = Kidney function
warning-blood-thinner = Blood thinner
warning-blood-type = Blood type
warning-infection = Infection

## summary
summary-diagnoses = Current diseases
summary-diagnoses-empty = No current diagnosis has arrived. It appears here when an institution sends one.
summary-medicines = Current medicines
summary-medicines-note = with days left, same medicine together
summary-medicines-empty = No medicine that should be in use has arrived. It appears here when a prescription is sent.
summary-values = Values to look at
summary-values-note = ranges of the measuring institution
summary-values-empty = No laboratory value has arrived yet.

## calendar
calendar-heading = Care calendar
calendar-keys = The arrow keys move between days and kinds. Enter opens the course of that month.
calendar-empty = Nothing in this span. A longer span may show something.
calendar-range-3y = 3 years
calendar-range-1y = 1 year
calendar-range-3m = 3 months
calendar-range-1m = 1 month
calendar-row-visit = Visits
calendar-row-stay = Stays
calendar-row-prescription = Prescribed
calendar-row-dispensing = Dispensed
calendar-row-injection = Injections
calendar-row-laboratory = Laboratory
calendar-row-imaging = Imaging
calendar-row-endoscopy = Endoscopy
calendar-row-physiology = Physiology
calendar-days = { $n } d
calendar-month = { $n ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}
calendar-year = { $n }

## course
course-heading = Course (newest first)
course-shown = { $n } shown
course-empty = Nothing in this span.
course-earlier = Earlier
course-later = Later

## medicines
medicine-current = Current medicines
medicine-groups = { $n ->
    [one] { $n } medicine
   *[other] { $n } medicines
}
medicine-unchecked = not checked
medicine-overlap = overlap ({ $n } institutions)
medicine-grouping-note = The same medicine is grouped by the first seven characters of the national price-list code, else by the same code. "Not checked" has no code, so overlaps cannot be found.
medicine-bars-heading = Medicines side by side
medicine-bars-note = same medicine in one row
medicine-bars-today = The upright line is today. A thin bar was dispensed; an outlined bar is taken as needed or has no end.
medicine-bars-overlap = Overlap
medicine-bars-table = As a table ({ $n })
medicine-bars-from = From
medicine-bars-to = To
medicine-class = class { $class }
medicine-class-heading = Medicines of one class from different institutions at the same time
medicine-class-note = The first four characters of the national price-list code agree. They may be combined on purpose.
medicine-period = { $days } ({ $length })
medicine-injections = Injections
medicine-past = Earlier medicines
medicine-left = { $n ->
    [one] { $n } day left
   *[other] { $n } days left
}
medicine-left-today = until today
medicine-as-needed = as needed { $day }
medicine-external = from { $day }
medicine-ended = ended { $day }
medicine-days = { $n ->
    [one] for { $n } day
   *[other] for { $n } days
}
medicine-times = { $n ->
    [one] { $n } dose
   *[other] { $n } doses
}

## laboratory
laboratory-heading = Laboratory results
laboratory-collections = { $n ->
    [one] { $n } collection
   *[other] { $n } collections
}
laboratory-empty = No laboratory result has arrived. It appears here when an institution sends one.
laboratory-analyte = Analyte
laboratory-range = Range
laboratory-range-legend = range of the measuring institution
laboratory-day = Collected
laboratory-value = Value
laboratory-institution = Measured at
laboratory-trend-note = press a point for its source (institution, file, field)
laboratory-trend-table = As a table ({ $n })
laboratory-not-drawn = { $n ->
    [one] { $n } value is not a number; it stands in the table only.
   *[other] { $n } values are not numbers; they stand in the table only.
}
laboratory-note = Values keep the form in which they came. H and L follow the judgement or the range of the measuring institution. Press an analyte for its trend.
laboratory-cultures = Culture and susceptibility
laboratory-state-preliminary = preliminary
laboratory-state-corrected = corrected
laboratory-state-cancelled = cancelled
laboratory-doubt-after-receipt = confirm: taken after it was received
laboratory-doubt-before-birth = confirm: taken before birth
laboratory-doubt-impossible = confirm: impossible value
laboratory-doubt-unit = confirm: unit
laboratory-doubt-unusual = confirm: rare value

## charts of laboratory values
chart-heading = Laboratory trends
chart-period = Period of the charts
chart-everything = Everything
chart-earlier = Period before
chart-later = Period after
chart-in = Zoom in
chart-out = Zoom out
chart-open-source = See the source
chart-hint = Drag over a span of a chart to zoom into it. Keys: + and - zoom, Shift with the left and right arrows moves in time, 0 shows everything; the arrows alone go from point to point.
chart-in-detail = In detail
chart-leave-out = Leave this chart out
chart-add = + Set beside
chart-nothing-to-draw = There are no numbers to draw. The values stand in the table below.
chart-methods = Values of different methods are not joined by a line.
chart-method = Method
chart-legend = How to read the charts
chart-ring-legend = a ring is out of range (H high, L low)

## diagnoses
diagnosis-current = Current diagnoses
diagnosis-ended = Ended diagnoses
diagnosis-main = main
diagnosis-suspected = suspected
diagnosis-start-unknown = start unknown

## visits and stays
encounter-stays = Stays in hospital
encounter-stays-empty = No stay has arrived.
encounter-visits = Outpatient visits
encounter-visits-empty = No outpatient visit has arrived.
encounter-state-planned = planned
encounter-state-current = in hospital
encounter-state-ended = discharged
encounter-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}

## imaging and other
others-empty = No other record has arrived.
others-finding = Findings
others-comment = Comment
others-department = Department
others-doctor = Physician
others-modality = Modality
others-accession = Accession number
others-allergy-kind = Kind
others-severity = Severity
others-reactions = Reactions
others-onset = Onset
others-informant = Told by
others-insurer = Insurer
others-insured = Insured number
others-relation = Relation
others-period = Period
others-phone = Telephone
others-address = Address
others-source = See the source of this record

encounter-planned = Planned
encounter-changes = Changes of the attending doctor
laboratory-comments = Comments of the reports
laboratory-flag-abnormal = abnormal
laboratory-field-general = General tests
laboratory-field-blood = Haematology
laboratory-field-chemistry = Biochemistry
laboratory-field-hormones = Endocrinology
laboratory-field-immunology = Immunology
laboratory-field-microbiology = Microbiology
laboratory-field-pathology = Pathology
laboratory-field-other = Other laboratory tests
laboratory-field-local = Tests without a standard code
patient-identity-differs = Name, birth date or sex differ between institutions
warning-identity = Identity
others-allergies = Allergies and adverse reactions
others-more-items = { $title } and { $n } more

## source
source-title = Source
source-institution = Sent by
source-data-type = Kind of data
source-file = File
source-clinical-time = Clinical time
source-received = Received
source-state = State
source-state-withdrawn = withdrawn
state-partial = partly done
source-note = The characters below stand in the file that arrived. Nothing was reworded or rounded.
source-fields = Places in the file
source-place = Place
source-meaning = Meaning
source-text = What is written
source-patient-number = (patient number)
source-unit = Unit
source-value-type = Type of the value
source-sub-id = Sub-id
source-flag = Abnormal flag
source-observed = Measured
source-drug = Medicine
source-dose = Single dose
source-form = Dose form
source-instruction = Instruction
source-total = Total amount
source-daily = Daily amount
source-category = Category
source-additional = Other codes
source-action-time = Registered
source-disease = Disease code
source-instance = Management number
source-diagnosed = Diagnosed
source-resolved = Resolved
source-icd10 = ICD-10 and type
source-outcome = Outcome
source-onset = Onset
source-displayed = Displayed name
source-allergen = Allergen
source-class = Inpatient or outpatient
source-location = Ward and room
source-admitted = Admitted or arrived
source-discharged = Discharged
source-name = Name
source-birth = Birth date
source-sex = Sex
source-demographics = Demographics

## covered, ended
covered-title = Screen covered
covered-heading = The screen is covered
covered-lead = No record can be seen. Press Go on when you are back. When you leave for longer, take your card and sign out.
covered-go-on = Go on
ended-title = Ended
ended-again = Sign in again
ended-signed-out-heading = You are signed out
ended-signed-out-lead = Take your card out and close all windows of the browser.
ended-idle-heading = Ended, since nothing was done for a while
ended-idle-lead = The record was closed after 15 minutes without any action. Sign in again to go on.
ended-newer-heading = Ended, since you signed in elsewhere
ended-newer-lead = Two sign-ins can be used at once. A new one ends the oldest. If it was not you, call the help desk at once.
ended-otherwise-heading = This sign-in has ended
ended-otherwise-lead = The certificate, the register or the connection could not be confirmed any more. Sign in again to go on.
ended-absolute-heading = Ended, since the time is over
ended-absolute-lead = Twelve hours have passed since the sign-in, or the certificate has ended. Sign in again to go on.

## patient entrance
entrance-title = My health
entrance-heading = My health
entrance-lead = This is the entrance for patients and their families. The pages with your own record are not ready yet. The registration desk will tell you when they are.

## refusals: title, why, what to do
refusal-what-to-do = What to do
refusal-call = Whom to call
refusal-reference = Reference number
refusal-at = Time
refusal-again = Can be used again from
refusal-to-start = To the start page

refusal-no-certificate-title = No certificate was chosen
refusal-no-certificate-why = This entrance knows people by the certificate of an HPKI card. There was none on this connection.
refusal-no-certificate-do = Put the card into the reader, close all windows of the browser, open it again, and choose certificate and PIN. For an older card that is not offered, use the entrance for older cards.
refusal-no-certificate-older = Entrance for older cards
refusal-certificate-expired-title = The certificate has expired
refusal-certificate-expired-why = The time in which your certificate is valid is over.
refusal-certificate-expired-do = Renew it at the authority that issued it, then tell the support desk.
refusal-certificate-not-yet-title = The certificate is not valid yet
refusal-certificate-not-yet-why = The time in which your certificate is valid has not begun.
refusal-certificate-not-yet-do = Wait for that day or use the certificate before it. Check the date of this computer.
refusal-certificate-revoked-title = This certificate is revoked
refusal-certificate-revoked-why = The authority's list of revoked certificates names yours.
refusal-certificate-revoked-do = A lost card that was found again cannot be used either. Get a new certificate from the authority and tell the support desk.
refusal-certificate-unknown-title = This certificate does not open this entrance
refusal-certificate-unknown-why = It does not come from an authority, or is not of a kind, that is accepted here.
refusal-certificate-unknown-do = Choose an authentication certificate of the health-care public key infrastructure (HPKI).
refusal-certificate-broken-title = This certificate cannot be read
refusal-certificate-broken-why = Its content does not follow the rules, so that nobody can be known by it.
refusal-certificate-broken-do = Try another card. If it happens again, tell the support desk the reference number.
refusal-signing-certificate-title = A signing certificate was chosen
refusal-signing-certificate-why = One cannot sign in with a certificate made for signatures.
refusal-signing-certificate-do = Close all windows of the browser, open it again and choose the authentication certificate.
refusal-test-certificate-title = A test certificate does not do here
refusal-test-certificate-why = Physicians and pharmacists need a production certificate. Yours is a test certificate.
refusal-test-certificate-do = Use your production HPKI card. If you have none yet, ask the contact person of your institution.
refusal-profession-mismatch-title = Certificate and register name different professions
refusal-profession-mismatch-why = The qualification in the certificate is not the profession registered for you.
refusal-profession-mismatch-do = Check that it is your own card. If it is, the register needs a correction: tell the support desk the reference number.
refusal-unknown-person-title = You could not be found among the users
refusal-unknown-person-why = The certificate is in order, but no registration as a person who may use this service now was found.
refusal-unknown-person-do = Ask the contact person of your institution whether your application is complete.
refusal-list-stale-title = Certificates cannot be checked now
refusal-list-stale-why = The list that says which certificates are revoked is too old or did not arrive properly. To be safe nobody comes in until a new one has arrived.
refusal-list-stale-do = Nothing is wrong with your certificate. The system administrator takes care of it. If it is urgent, call the support desk.
refusal-certificate-changed-title = The certificate changed on the way
refusal-certificate-changed-why = A certificate other than the one you signed in with was used, so the record was closed.
refusal-certificate-changed-do = Close all windows of the browser and sign in again with your own card.
refusal-no-permission-title = There is no permission to see this record
refusal-no-permission-why = To see a record, the patient card must be read on that day. The permission ends when the visit is closed or the day is over.
refusal-no-permission-do = Ask the patient for the card and read it from the start page.
refusal-card-refused-title = This card does not open a record
refusal-card-refused-why = The card was checked, but it gives no permission to open a record. The reason is not shown here.
refusal-card-refused-do = Hold the card to the reader once more, slowly. If it happens again, let the patient ask the support desk, or tell the desk the reference number.
refusal-card-timeout-title = No card was read
refusal-card-timeout-why = No card came to the reader in the time it waited.
refusal-card-timeout-do = Go to the start page, press the button again, then hold the card to the reader.
refusal-source-mismatch-title = Not from the registered line
refusal-source-mismatch-why = This connection does not come from the line registered for your institution.
refusal-source-mismatch-do = Connect from a computer inside the institution, over its own line. If the line was changed lately, tell the support desk.
refusal-reader-closed-title = Reading is stopped for a while
refusal-reader-closed-why = Several cards that open nothing were read one after the other, so reading is stopped for ten minutes.
refusal-reader-closed-do = After the time below it can be used again. If you do not know why, or it is urgent, call the support desk.
refusal-reader-too-many-title = This reader was asked too often
refusal-reader-too-many-why = Too many reads were asked of this reader within a minute. The reader is not broken. No card was read.
refusal-reader-too-many-do = Try again after the time below, a minute from now at the latest. If you do not know why, tell the support desk.
refusal-reader-faulty-title = The reader does not work
refusal-reader-faulty-why = The computer at the reception answers, but the reading device itself does not.
refusal-reader-faulty-do = Unplug its cable, plug it in again and try once more. If that does not help, call the support desk.
refusal-reader-away-title = The reader cannot be reached
refusal-reader-away-why = The reader at this place does not answer.
refusal-reader-away-do = Check its cable, and that the reading program runs on the computer at the reception.
refusal-malformed-title = What was sent could not be read
refusal-malformed-why = Something needed is missing or has another form. Nothing has changed.
refusal-malformed-do = Go back to the page before and try again.
refusal-form-stale-title = The page is out of date
refusal-form-stale-why = You signed in again after opening it, or it was sent from another window; it was not accepted. Nothing has changed.
refusal-form-stale-do = Open the start page again and try once more.
refusal-not-signed-in-title = You are not signed in
refusal-not-signed-in-why = Your session is over or has not begun.
refusal-not-signed-in-do = Put in your card and sign in again.
refusal-not-allowed-title = This is not possible
refusal-not-allowed-why = Your profession or registration does not allow it.
refusal-not-allowed-do = If you need it, ask the contact person of your institution.
refusal-not-found-title = Nothing found
refusal-not-found-why = There is no such page.
refusal-not-found-do = Check the address, or begin at the start page.
refusal-conflict-title = Somebody else changed it first
refusal-conflict-why = The content changed after you opened the page.
refusal-conflict-do = Open the page again, look at the content as it is now, and try again.
refusal-evidence-missing-title = Something needed is missing
refusal-evidence-missing-why = An approval or a document is not there yet.
refusal-evidence-missing-do = Complete it and try again.
refusal-against-rule-title = It is against a rule and was not accepted
refusal-against-rule-why = Its form is right, but a rule does not allow it. Nothing has changed.
refusal-against-rule-do = Correct the content and try again.
refusal-blocked-title = This cannot be used now
refusal-blocked-why = The use by you, this computer or your institution is stopped.
refusal-blocked-do = Tell the support desk the reference number.
refusal-too-many-title = Too often
refusal-too-many-why = The same was asked many times in a short while.
refusal-too-many-do = Wait for about a minute and try again.
refusal-stopped-title = The service is stopped
refusal-stopped-why = Because of maintenance or a fault nothing can be accepted. Where a view cannot be recorded, nothing is shown.
refusal-stopped-do = Try again in a while. If it goes on, call the support desk.
refusal-unexpected-title = A fault of ours; the page cannot be shown
refusal-unexpected-why = Something unexpected happened. It is not your doing.
refusal-unexpected-do = Try again. If it goes on, tell the support desk the reference number.
